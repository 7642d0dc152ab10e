// A certified OpenID provider on 127.0.0.1 for the end-to-end tests.
//
//   node provider.mjs KEYS.json   keys and settings, see oidc_provider.py;
//   prints its issuer once it listens, ends when its standard input does.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const settings = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const require = createRequire(settings.modules + '/here.js');
const { default: Provider } =
  await import(pathToFileURL(require.resolve('oidc-provider')));

const issuer = `http://127.0.0.1:${settings.port}`;
const provider = new Provider(issuer, {
  clients: [{
    client_id: 'orders',
    client_secret: 'orders-secret',
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  }],
  jwks: { keys: settings.keys },
  scopes: ['read', 'write'],
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    // The resource urn:ALG gets access tokens that are JWTs signed with ALG.
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (ctx, resource) => ({
        scope: 'read write',
        audience: resource,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: resource.slice('urn:'.length) } },
      }),
    },
  },
});
provider.on('server_error', (ctx, error) => console.error(error));

const server = createServer(provider.callback());
server.listen(settings.port, '127.0.0.1', () => console.log(issuer));
process.stdin.on('end', () => process.exit(0)).resume();
setTimeout(() => process.exit(0), 600_000);
