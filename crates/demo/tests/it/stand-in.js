// Stands in for parties that serve: answers on /health where the party's settings say, ends when standard input closes.
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');

const args = process.argv.slice(2);
const home = args[args.indexOf('--home') + 1];
const [file, pattern] = {
  serve: ['scheme.toml', /listen_\w+ = "([\d.]+):(\d+)"/g],
  operator: ['operator.toml', /^listen = "([\d.]+):(\d+)"/gm],
  'demo-bank': ['bank.toml', /^listen = "([\d.]+):(\d+)"/gm],
  'demo-mailbox': ['mailbox.toml', /^listen\w* = "([\d.]+):(\d+)"/gm],
}[args[0]] ?? ['shop.json', /"listen": "([\d.]+):(\d+)"/g];

const settings = fs.readFileSync(path.join(home, file), 'utf8');
for (const [, host, port] of settings.matchAll(pattern)) {
  const server = http.createServer((request, response) => {
    if (request.url === '/die') {
      console.error('last words');
      process.exit(3);
    }
    response.end('{}');
  });
  server.listen(Number(port), host);
}
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
