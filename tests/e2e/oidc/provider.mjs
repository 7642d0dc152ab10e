// A certified OpenID provider on 127.0.0.1 for the end-to-end tests.
//
//   node provider.mjs KEYS.json   keys and settings, see oidc_provider.py;
//   prints its issuer once it listens, ends when its standard input does.
//
// With a path in its settings it answers where a Keycloak of that realm does.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const settings = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const require = createRequire(settings.modules + '/here.js');
const { default: Provider } =
  await import(pathToFileURL(require.resolve('oidc-provider')));

const path = settings.path ?? '';
const issuer = `http://127.0.0.1:${settings.port}${path}`;
const keycloak = '/protocol/openid-connect';
const routes = {
  authorization: `${keycloak}/auth`,
  token: `${keycloak}/token`,
  revocation: `${keycloak}/revoke`,
  jwks: `${keycloak}/certs`,
};
const provider = new Provider(issuer, {
  clients: [{
    client_id: 'orders',
    client_secret: 'orders-secret',
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  }, {
    client_id: 'shop',
    client_secret: 'shop-secret',
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: ['https://shop.example/back'],
    response_types: ['code'],
  }, {
    client_id: 'orders-app', // of docs/how-to/keycloak.md
    client_secret: 'change-me',
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  }],
  ...(path && { routes }),
  jwks: { keys: settings.keys },
  scopes: ['openid', 'offline_access', 'read', 'write'],
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    revocation: { enabled: true },
    // The resource urn:ALG gets access tokens that are JWTs signed with ALG;
    // those of urn:ALG:short end after three seconds.
    resourceIndicators: {
      enabled: true,
      defaultResource: (ctx, client) =>
        client.clientId === 'orders-app' ? 'urn:RS256' : undefined,
      getResourceServerInfo: (ctx, resource) => ({
        scope: 'read write',
        audience: resource,
        accessTokenFormat: 'jwt',
        accessTokenTTL: resource.endsWith(':short') ? 3 : 600,
        jwt: { sign: { alg: resource.split(':')[1] } },
      }),
    },
  },
});
provider.on('server_error', (ctx, error) => console.error(error));

// Everybody is ada, and agrees to all that is asked for.
async function interact(req, res) {
  const { prompt, params, session, grantId } =
    await provider.interactionDetails(req, res);
  if (prompt.name === 'login')
    return provider.interactionFinished(req, res,
      { login: { accountId: 'ada' } });
  const grant = (grantId && await provider.Grant.find(grantId)) ||
    new provider.Grant({ accountId: session.accountId,
      clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  grant.addResourceScope(params.resource, 'read');
  return provider.interactionFinished(req, res,
    { consent: { grantId: await grant.save() } },
    { mergeWithLastSubmission: true });
}

const callback = provider.callback();
function answer(req, res) {
  if (!req.url.startsWith(path + '/'))
    return res.writeHead(404).end();
  req.originalUrl = req.url; // tells the provider where it is mounted
  req.url = req.url.slice(path.length);
  return callback(req, res);
}

const server = createServer((req, res) =>
  req.url.startsWith('/interaction/')
    ? interact(req, res).catch((error) => {
        console.error(error);
        res.writeHead(500).end();
      })
    : answer(req, res));
server.listen(settings.port, '127.0.0.1', () => console.log(issuer));
process.stdin.on('end', () => process.exit(0)).resume();
setTimeout(() => process.exit(0), 600_000);
