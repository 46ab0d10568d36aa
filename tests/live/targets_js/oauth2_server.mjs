// @node-oauth/oauth2-server in a minimal application: a model in memory with the functions that its documentation names,
// its options as they come, a login and a consent page, and a protected resource. Public clients refresh without a
// secret, for which there is an option; the model decides by the client whether one is needed.

import { randomBytes } from 'node:crypto';
import { parse } from 'node:querystring';

import { given, load, serve } from './control.mjs';
import { bodyOf, consentPage, errorPage, loginPage } from './pages.mjs';

const { default: OAuth2Server } = await load('@node-oauth/oauth2-server');
const { OAuthError, Request, Response } = OAuth2Server;

const SCOPES = ['read', 'write'];
const clients = new Map(given.clients.map((client) => [client.id, {
  id: client.id,
  secret: client.secret,
  redirectUris: client.redirect_uris,
  grants: ['authorization_code', 'refresh_token'],
}]));

function memory() {
  const codes = new Map();
  const accessTokens = new Map();
  const refreshTokens = new Map();
  return {
    // The authorization endpoint asks with null for the secret, the token endpoint with undefined where none was sent.
    async getClient(id, secret) {
      const client = clients.get(id);
      return client && (secret === null || (secret ?? null) === client.secret) ? client : false;
    },
    async validateScope(user, client, scope) {
      const wanted = scope ?? [SCOPES[0]];
      return wanted.every((value) => SCOPES.includes(value)) ? wanted : false;
    },
    async verifyScope(token, scope) {
      return scope.every((value) => token.scope?.includes(value));
    },
    async saveAuthorizationCode(code, client, user) {
      const saved = { ...code, client, user };
      codes.set(code.authorizationCode, saved);
      return saved;
    },
    async getAuthorizationCode(code) {
      return codes.get(code);
    },
    async revokeAuthorizationCode(code) {
      return codes.delete(code.authorizationCode);
    },
    async saveToken(token, client, user) {
      const saved = { ...token, client, user };
      accessTokens.set(token.accessToken, saved);
      if (token.refreshToken) refreshTokens.set(token.refreshToken, saved);
      return saved;
    },
    async getAccessToken(token) {
      return accessTokens.get(token);
    },
    async getRefreshToken(token) {
      return refreshTokens.get(token);
    },
    async revokeToken(token) {
      return refreshTokens.delete(token.refreshToken);
    },
  };
}

// Who is logged in: a session for each user agent, named by a cookie; its token keeps other sites from sending forms.
function sessionOf(sessions, request, response) {
  const named = /(?:^|; *)session=([0-9a-f]+)/.exec(request.headers.cookie ?? '')?.[1];
  return sessions.get(named) ?? begin(sessions, response);
}

function begin(sessions, response, user = undefined) {
  const id = randomBytes(16).toString('hex');
  const session = { id, user, token: randomBytes(16).toString('hex') };
  sessions.set(id, session);
  response.setHeader('Set-Cookie', `session=${id}; Path=/; HttpOnly; SameSite=Lax`);
  return session;
}

function application() {
  const oauth = new OAuth2Server({ model: memory(), requireClientAuthentication: { refresh_token: false } });
  const sessions = new Map();

  function send(response, answer) {
    response.writeHead(answer.status ?? 200, { 'Content-Type': 'application/json', ...answer.headers });
    response.end(JSON.stringify(answer.body));
  }

  // A form at the authorization endpoint is that of the login page, or else of the consent page.
  async function authorize(request, response, query) {
    const session = sessionOf(sessions, request, response);
    const body = request.method === 'POST' ? await bodyOf(request) : undefined;
    const fields = { csrf: session.token };
    if (body !== undefined && body.csrf !== session.token) {
      return errorPage(response, 403, 'This form is not from a page of this server, or is out of date.');
    }
    if (body?.password !== undefined) {
      if (!Object.hasOwn(given.accounts, body.username) || given.accounts[body.username] !== body.password) {
        return loginPage(response, { action: request.url, fields, failed: true });
      }
      sessions.delete(session.id);
      begin(sessions, response, body.username);
      response.writeHead(303, { Location: request.url });
      return response.end();
    }
    if (session.user === undefined) return loginPage(response, { action: request.url, fields });
    if (body === undefined) {
      const scopes = String(query.scope ?? SCOPES[0]).split(' ');
      const buttons = { allow: ['allowed', 'true'], deny: ['allowed', 'false'] };
      return consentPage(response, { action: request.url, client: query.client_id, scopes, ...buttons, fields });
    }
    const asked = new Request({ headers: request.headers, method: 'POST', query, body });
    const answer = new Response();
    const authenticateHandler = { handle: () => ({ id: session.user }) };
    try {
      await oauth.authorize(asked, answer, { authenticateHandler });
    } catch (failure) {
      if (!(failure instanceof OAuthError)) throw failure;
      if (answer.status !== 302) return errorPage(response, failure.code, failure.message);
    }
    response.writeHead(answer.status, answer.headers);
    return response.end();
  }

  async function token(request, response, query) {
    const asked = new Request({ headers: request.headers, method: request.method, query, body: await bodyOf(request) });
    const answer = new Response();
    try {
      await oauth.token(asked, answer);
    } catch (failure) {
      if (!(failure instanceof OAuthError)) throw failure;
      answer.status = failure.code;
      answer.body = { error: failure.name, error_description: failure.message };
    }
    return send(response, answer);
  }

  // It can be read, and written to by any other method.
  async function resource(request, response, query) {
    const asked = new Request({ headers: request.headers, method: request.method, query, body: await bodyOf(request) });
    const answer = new Response();
    try {
      const needed = request.method === 'GET' ? SCOPES[0] : SCOPES[1];
      const { user, scope } = await oauth.authenticate(asked, answer, { scope: [needed] });
      answer.body = { user: user.id, scope };
    } catch (failure) {
      if (!(failure instanceof OAuthError)) throw failure;
      answer.status = failure.code;
      answer.body = { error: failure.name, error_description: failure.message };
    }
    return send(response, answer);
  }

  const places = { '/authorize': authorize, '/token': token, '/resource': resource };
  return async (request, response) => {
    const [path, query = ''] = request.url.split('?');
    if (!Object.hasOwn(places, path)) return errorPage(response, 404, 'There is no such page.');
    return places[path](request, response, { ...parse(query) });
  };
}

await serve(application);
