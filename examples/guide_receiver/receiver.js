// The webhook receiver of step 7 of the developer guide, with express: the guide's lines, unchanged, between the two marks.
//
//   npm ci
//   CRMSOLID_WEBHOOK_SECRET=your-chosen-signing-secret PORT=3000 npm start
//
// A signature of another length, or none at all, makes timingSafeEqual throw a RangeError, which express answers with
// 500 instead of 401. The event is refused either way. ../webhook_receiver.js compares the lengths first, and handles
// each event once.

const express = require('express');
const app = express();

// --- from the guide ---
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
});
// --- end of the guide's lines ---

const server = app.listen(Number(process.env.PORT || 3000), '127.0.0.1', () => {
  console.log('listening on', server.address().port);
});
