// A receiver of CRM Solid's webhooks that needs Node alone.
//
//   CRMSOLID_WEBHOOK_SECRET=your-chosen-signing-secret PORT=3000 node webhook_receiver.js
//
// It checks the signature of the raw body before it parses it, answers at once, and handles the event afterwards. An
// event can arrive more than once (a retry, a replay), with the same id.

const crypto = require('crypto');
const http = require('http');

const SECRET = process.env.CRMSOLID_WEBHOOK_SECRET;
if (!SECRET) throw new Error('set CRMSOLID_WEBHOOK_SECRET to the secret of the endpoint');
const MAX_BODY = 1024 * 1024; // bytes; events are far smaller
const seen = new Set(); // in a real system: a table with a unique column

function isSigned(body, signature) {
  const given = Buffer.from(signature);
  const expected = Buffer.from('sha256=' + crypto.createHmac('sha256', SECRET).update(body).digest('hex'));
  return given.length === expected.length && crypto.timingSafeEqual(given, expected); // which throws on other lengths
}

function handle(event) {
  if (seen.has(event.id)) return;
  seen.add(event.id);
  console.log(event.event, event.id, JSON.stringify(event.data));
}

const server = http.createServer((req, res) => {
  const parts = [];
  let size = 0;
  req.on('data', (part) => {
    size += part.length;
    if (size > MAX_BODY) req.destroy();
    else parts.push(part);
  });
  req.on('end', () => {
    const body = Buffer.concat(parts); // raw bytes, not parsed JSON
    if (!isSigned(body, req.headers['x-signature'] || '')) {
      res.writeHead(401).end('invalid signature');
      return;
    }
    res.writeHead(200).end('ok');
    setImmediate(handle, JSON.parse(body));
  });
});

server.listen(Number(process.env.PORT || 3000), '127.0.0.1', () => {
  console.log('listening on', server.address().port);
});
