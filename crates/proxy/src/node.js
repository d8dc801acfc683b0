// Leads Node's own clients (http, https and fetch) through the proxy that `kettle exec` names in
// HTTPS_PROXY. Since 24.5 and 22.21 Node does so by itself, as NODE_USE_ENV_PROXY tells it to, but not
// for agents that a program makes of its own. It must never throw: it is loaded into every Node
// program under `kettle exec`.
'use strict';

(function () {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const leadsAgents = major > 24 || (major === 24 && minor >= 5) || (major === 22 && minor >= 21);
  const leadsFetch = leadsAgents || major === 24;

  let proxy;
  try {
    proxy = new URL(process.env.HTTPS_PROXY || process.env.https_proxy);
  } catch {
    return;
  }
  if (proxy.protocol !== 'http:') return;

  const http = require('http');
  const https = require('https');
  const net = require('net');
  const tls = require('tls');

  const bare = (host) => String(host || 'localhost').toLowerCase().replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const exempt = (process.env.NO_PROXY || process.env.no_proxy || '')
    .split(/[\s,]+/)
    .map((entry) => entry.toLowerCase().replace(/:\d+$/, '').replace(/^\*?\./, ''))
    .filter(Boolean);

  // What else the list exempts, networks for example, the proxy connects to directly.
  function isDirect(host) {
    host = bare(host);
    if (host === 'localhost' || host === '::1' || /^127\./.test(host)) return true;
    return exempt.some((entry) => entry === '*' || host === entry || host.endsWith('.' + entry));
  }

  function tunnel(host, port, done) {
    const name = bare(host);
    const target = (name.includes(':') ? `[${name}]` : name) + ':' + port;
    const user = decodeURIComponent(proxy.username) + ':' + decodeURIComponent(proxy.password);
    const asked = http.request({
      method: 'CONNECT',
      path: target,
      headers: { Host: target, 'Proxy-Authorization': 'Basic ' + Buffer.from(user).toString('base64') },
      createConnection: () => net.connect(Number(proxy.port || 80), bare(proxy.hostname)),
    });
    asked.on('error', done);
    asked.on('connect', (answer, socket) => {
      if (answer.statusCode === 200) return done(null, socket);
      socket.destroy();
      const error = new Error(`the proxy of kettle exec answered ${answer.statusCode} for ${target}`);
      error.code = 'ECONNREFUSED';
      done(error);
    });
    asked.on('response', (answer) => {
      answer.resume();
      done(new Error(`the proxy of kettle exec answered ${answer.statusCode} for ${target}`));
    });
    asked.end();
  }

  function lead({ Agent: { prototype }, globalAgent }, port, finish) {
    const connect = prototype.createConnection;
    prototype.createConnection = function (options, done) {
      const isUsual = options && typeof options === 'object' && typeof done === 'function';
      const isLed = leadsAgents && (this === globalAgent || (this.options && this.options.proxyEnv));
      if (!isUsual || isLed || options.socketPath || options.socket || isDirect(options.host)) {
        return connect.apply(this, arguments);
      }
      tunnel(options.host, options.port || port, (error, socket) => {
        if (error) return done(error);
        done(null, finish ? connect.call(this, { ...options, socket }) : socket);
      });
    };
  }
  lead(http, 80, false);
  lead(https, 443, true);

  if (typeof globalThis.fetch !== 'function' || leadsFetch) return;

  function connect({ hostname, protocol, port, servername }, done) {
    const isSecure = protocol === 'https:';
    port = Number(port || (isSecure ? 443 : 80));
    const secure = (socket) => {
      if (!isSecure) return done(null, socket);
      const name = servername || bare(hostname);
      const options = { socket, ALPNProtocols: ['http/1.1'] };
      if (!net.isIP(name)) options.servername = name;
      const safe = tls.connect({ ...options, host: name });
      safe.once('error', done).once('secureConnect', () => safe.off('error', done) && done(null, safe));
    };
    if (!isDirect(hostname)) {
      return tunnel(hostname, port, (error, socket) => (error ? done(error) : secure(socket)));
    }
    const socket = net.connect(port, bare(hostname));
    socket.once('error', done).once('connect', () => socket.off('error', done) && secure(socket));
  }

  // Not before it is needed: the library behind fetch takes a while to load.
  const fetch = globalThis.fetch;
  let isLed = false;
  globalThis.fetch = function () {
    if (!isLed) {
      isLed = true;
      void globalThis.Response; // loads it
      const place = Symbol.for('undici.globalDispatcher.1');
      const standing = globalThis[place];
      // One that the program has chosen itself stays.
      if (standing && standing.constructor.name === 'Agent') {
        globalThis[place] = new standing.constructor({ connect });
      }
    }
    return fetch.apply(this, arguments);
  };
})();
