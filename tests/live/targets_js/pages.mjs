// The pages of the targets' applications, and what reads requests to them. They are plain: a login form, a consent form,
// and a page for what went wrong. No page may be framed (RFC 9700 section 4.16), cached, or name itself to others.

import { parse } from 'node:querystring';

const HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
};

function safe(text) {
  return String(text).replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

function send(response, status, title, body) {
  response.writeHead(status, HEADERS);
  response.end(`<!doctype html><html><head><title>${title}</title></head><body><h1>${title}</h1>${body}</body></html>`);
}

function hidden(fields) {
  return Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${safe(name)}" value="${safe(value)}">`)
    .join('');
}

// `fields` are hidden ones, such as a token against cross-site request forgery.
export function loginPage(response, { action, fields = {}, failed = false }) {
  send(response, failed ? 403 : 200, 'Log in', `${failed ? '<p>That is no user name with its password.</p>' : ''}
    <form method="post" action="${safe(action)}">${hidden(fields)}
      <input type="text" name="username"> <input type="password" name="password">
      <button type="submit">Log in</button></form>`);
}

// `allow` and `deny` are buttons as [name, value].
export function consentPage(response, { action, client, scopes, allow, deny, fields = {} }) {
  const button = ([name, value], label) => `<button type="submit" name="${name}" value="${value}">${label}</button>`;
  send(response, 200, 'Consent', `<p>${safe(client)} asks for: ${scopes.map(safe).join(', ')}</p>
    <form method="post" action="${safe(action)}">${hidden(fields)} ${button(allow, 'Allow')} ${button(deny, 'Deny')}</form>`);
}

export function errorPage(response, status, text) {
  send(response, status, 'Error', `<p>${safe(text)}</p>`);
}

// The fields of a form that was sent; a name that is there twice has a list.
export async function bodyOf(request) {
  const pieces = [];
  let length = 0;
  for await (const piece of request) {
    length += piece.length;
    if (length > 100_000) throw new Error('the request is too long');
    pieces.push(piece);
  }
  const isForm = (request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  return isForm ? { ...parse(Buffer.concat(pieces).toString()) } : {};
}
