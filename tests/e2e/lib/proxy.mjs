// A proxy on loopback that speaks CONNECT and SOCKS5. Any name is this machine. It keeps what it was asked for.
import { connect, createServer } from 'node:net'

/** `password`: only who knows it is served ("user:word"). */
export async function startProxy({ password = '' } = {}) {
  const asked = []
  const sockets = new Set()

  function open(client, kind, host, port, yes) {
    asked.push({ kind, host, port })
    const other = connect(port, '127.0.0.1', () => { client.write(yes); client.pipe(other); other.pipe(client) })
    sockets.add(other)
    for (const [one, two] of [[client, other], [other, client]]) one.on('error', () => {}).on('close', () => two.destroy())
  }

  function web(client, bytes) {
    const head = bytes.toString('latin1')
    const [, host, port] = /^CONNECT ([^ ]+):(\d+) /.exec(head) ?? []
    const known = !password || head.includes(`Proxy-Authorization: Basic ${Buffer.from(password).toString('base64')}`)
    if (!host) return client.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n')
    if (!known) return client.end('HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n')
    open(client, 'connect', host, Number(port), 'HTTP/1.1 200 Connection established\r\n\r\n')
  }

  function socks(client, hello) {
    const named = hello.subarray(2, 2 + hello[1]).includes(2)
    const ask = (bytes) => {
      const host = bytes[3] === 3 ? bytes.subarray(5, 5 + bytes[4]).toString() : bytes.subarray(4, 8).join('.')
      open(client, 'socks5', host, bytes.readUInt16BE(bytes.length - 2), Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]))
    }
    client.write(Buffer.from([5, password ? (named ? 2 : 255) : 0]))
    if (!password) return client.once('data', ask)
    client.once('data', (bytes) => {
      const user = bytes.subarray(2, 2 + bytes[1]).toString()
      const word = bytes.subarray(3 + bytes[1], 3 + bytes[1] + bytes[2 + bytes[1]]).toString()
      const known = `${user}:${word}` === password
      client.write(Buffer.from([1, known ? 0 : 1]))
      if (known) client.once('data', ask)
      else client.end()
    })
  }

  const server = createServer((client) => {
    sockets.add(client)
    client.on('error', () => {}).on('close', () => sockets.delete(client))
    client.once('data', (bytes) => (bytes[0] === 5 ? socks : web)(client, bytes))
  })
  const listen = (port) => new Promise((done, fail) => server.once('error', fail).listen(port, '127.0.0.1', done))
  await listen(0)
  const { port } = server.address()
  return {
    port, asked,
    url: (scheme, user = '') => `${scheme}://${user}127.0.0.1:${port}`,
    again: () => listen(port),
    stop: () => new Promise((done) => {
      server.close(done)
      for (const socket of sockets) socket.destroy()
    }),
  }
}
