// oidc-provider as its documentation sets it up, with a login and a consent page of ours in the place of its pages for
// development. Introspection (RFC 7662) and revocation (RFC 7009) are enabled, every client that may use refresh tokens
// gets them, and each consent is a grant of its own: it is asked for every time, and what comes of it does not end with
// the next one, or with the session at the server. All else is as it comes.

import { generateKeyPairSync, randomBytes } from 'node:crypto';

import { given, load, serve } from './control.mjs';
import { bodyOf, consentPage, errorPage, loginPage } from './pages.mjs';

const { Provider } = await load('oidc-provider');

const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
const cookieKey = randomBytes(32).toString('hex');

function configuration() {
  return {
    clients: given.clients.map((client) => ({
      client_id: client.id,
      ...(client.secret === null ? {} : { client_secret: client.secret }),
      token_endpoint_auth_method: client.authentication,
      redirect_uris: client.redirect_uris,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    })),
    findAccount: (ctx, id) => (Object.hasOwn(given.accounts, id)
      ? { accountId: id, claims: () => ({ sub: id, name: id }) }
      : undefined),
    claims: { openid: ['sub'], profile: ['name'] },
    loadExistingGrant: async ({ oidc: { provider, result } }) => (result?.consent?.grantId
      ? provider.Grant.find(result.consent.grantId)
      : undefined),
    expiresWithSession: async () => false,
    issueRefreshToken: async (ctx, client) => client.grantTypeAllowed('refresh_token'),
    cookies: { keys: [cookieKey] },
    jwks: { keys: [{ ...key, use: 'sig', kid: 'one' }] },
    features: {
      devInteractions: { enabled: false },
      introspection: { enabled: true },
      revocation: { enabled: true },
    },
  };
}

async function grantOf(provider, { grantId, session, params, prompt: { details } }) {
  const grant = grantId
    ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  if (details.missingOIDCScope) grant.addOIDCScope(details.missingOIDCScope.join(' '));
  if (details.missingOIDCClaims) grant.addOIDCClaims(details.missingOIDCClaims);
  for (const [resource, scopes] of Object.entries(details.missingResourceScopes ?? {})) {
    grant.addResourceScope(resource, scopes.join(' '));
  }
  return grant.save();
}

// The pages that the server sends the user agent to. Whose turn it is says the interaction, which a cookie names.
async function interact(provider, request, response) {
  const interaction = await provider.interactionDetails(request, response);
  const { uid, params, prompt: { name } } = interaction;
  const action = `/interaction/${uid}`;
  const body = request.method === 'POST' ? await bodyOf(request) : undefined;
  if (name === 'login') {
    if (body === undefined) return loginPage(response, { action });
    if (!Object.hasOwn(given.accounts, body.username) || given.accounts[body.username] !== body.password) {
      return loginPage(response, { action, failed: true });
    }
    const result = { login: { accountId: body.username } };
    return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }
  if (body === undefined) {
    const scopes = (params.scope ?? '').split(' ');
    const buttons = { allow: ['decision', 'allow'], deny: ['decision', 'deny'] };
    return consentPage(response, { action, client: params.client_id, scopes, ...buttons });
  }
  const result = body.decision === 'allow'
    ? { consent: { grantId: await grantOf(provider, interaction) } }
    : { error: 'access_denied', error_description: 'the resource owner denied the request' };
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
}

await serve((origin) => {
  const provider = new Provider(origin, configuration());
  const answer = provider.callback();
  return async (request, response) => {
    if (!request.url.startsWith('/interaction/')) return answer(request, response);
    try {
      return await interact(provider, request, response);
    } catch (failure) {
      if (!(failure.statusCode < 500)) throw failure;
      return errorPage(response, failure.statusCode, failure.error_description ?? failure.message);
    }
  };
});
