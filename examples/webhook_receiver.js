// A receiver of CRM Solid's webhooks: the code of step 7 of the developer guide, unchanged.
//
//   CRMSOLID_WEBHOOK_SECRET=your-chosen-signing-secret PORT=3000 node webhook_receiver.js
//
// It uses express if it is installed. Otherwise the few lines below replace the parts of express that the guide uses,
// so that the example runs with Node alone.

const express = loadExpress();
const app = express();

// --- from the guide ------------------------------------------------------------------------------------------
const crypto = require('crypto');

app.post('/webhooks/crm', express.raw({ type: 'application/json' }), (req, res) => {
  const secret = process.env.CRMSOLID_WEBHOOK_SECRET;
  const sig    = req.headers['x-signature'] || '';
  const expected = 'sha256=' + crypto
    .createHmac('sha256', secret)
    .update(req.body)   // raw Buffer, NOT parsed JSON
    .digest('hex');

  if (!crypto.timingSafeEqual(Buffer.from(sig), Buffer.from(expected))) {
    return res.status(401).send('invalid signature');
  }

  const event = JSON.parse(req.body);
  // handle event.event ...
  res.status(200).send('ok');
  console.log(event.event, event.id, JSON.stringify(event.data));
});
// --- end of the guide's code (the line that logs is ours) ----------------------------------------------------

const server = app.listen(Number(process.env.PORT || 3000), '127.0.0.1', () => {
  console.log('listening on', server.address().port);
});

function loadExpress() {
  try {
    return require('express');
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    return standIn();
  }
}

function standIn() {
  const http = require('http');
  const create = () => {
    const routes = new Map();
    const handle = (req, res) => {
      const answer = (status, text) => { res.statusCode = status; res.end(text); };
      const shown = { status: (code) => ({ send: (text) => answer(code, text) }) };
      const handler = req.method === 'POST' && routes.get(req.url.split('?')[0]);
      if (!handler) return answer(404, 'not found');
      const parts = [];
      req.on('data', (part) => parts.push(part));
      req.on('end', () => {
        req.body = Buffer.concat(parts);
        try {
          handler(req, shown);
        } catch (error) { // timingSafeEqual throws when the lengths differ; express answers 500 then too
          answer(500, 'error');
        }
      });
    };
    return {
      post: (path, raw, handler) => routes.set(path, handler),
      listen: (...options) => http.createServer(handle).listen(...options),
    };
  };
  create.raw = () => null;
  return create;
}
