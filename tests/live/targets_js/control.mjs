// What every target's script does: listen on a port that the system chooses, say "ready" and that port, obey lines
// on standard input, and end when there is no more of it, so that a parent that is gone leaves nothing running.
//
//   advance SECONDS    time passes, for everything in this process that asks what time it is
//   reset              everything is forgotten: the application is made anew
//
// Each line is answered with "done". Standard output has these words alone; what packages print goes to standard error.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

let ahead = 0;
const Clock = Date;
globalThis.Date = class Date extends Clock {
  constructor(...given) {
    super(...(given.length ? given : [Clock.now() + ahead]));
  }

  static now() {
    return Clock.now() + ahead;
  }
};
console.log = console.info = console.debug = console.error;

// What the parent said: { packages, clients, accounts }.
export const given = JSON.parse(process.argv[2]);

export async function load(name) {
  return import(pathToFileURL(createRequire(given.packages).resolve(name)));
}

// `make` gives, for the server's origin, a function that answers requests: (request, response) -> promise.
export async function serve(make) {
  let answer;
  const server = createServer(async (request, response) => {
    try {
      await answer(request, response);
    } catch (failure) {
      console.error(failure);
      if (!response.headersSent) response.writeHead(500, { 'Content-Type': 'text/plain' });
      response.end('server error');
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  const origin = `http://127.0.0.1:${port}`;
  answer = await make(origin);

  const lines = createInterface({ input: process.stdin });
  lines.on('close', () => process.exit(0));
  lines.on('line', async (line) => {
    const [word, value] = line.split(' ');
    if (word === 'advance') ahead += Number(value) * 1000;
    if (word === 'reset') answer = await make(origin);
    process.stdout.write('done\n');
  });
  process.stdout.write(`ready ${port}\n`);
}
