// A door before the stand-in that knows exactly where each request is: come, taken, answered.
import { createServer } from 'node:http'

/**
 * Passes everything on to `api`. `at(point, request)` is called in the moment:
 *   'connected'  a connection is there, perhaps nothing has been sent yet
 *   'come'       the whole request is here, the stand-in knows nothing of it
 *   'taken'      the stand-in has taken and answered it, the program has not one byte of that
 *   'answered'   the answer has been written to the program's socket, a microsecond ago
 * A request for which at() gives false goes no further.
 */
export async function front(api, at) {
  const seen = []
  const server = createServer(async (request, response) => {
    const chunks = []
    try {
      for await (const chunk of request) chunks.push(chunk)
    } catch {
      return // cut off
    }
    const raw = Buffer.concat(chunks).toString()
    const method = request.url.split('/').at(-1)
    const one = { method, raw, point: 'come' }
    if (method === 'sendMessage') {
      const { chat_id, text } = JSON.parse(raw)
      Object.assign(one, { chat: chat_id, text })
      seen.push(one)
    }
    if (at('come', one) === false) return
    const gone = new AbortController()
    response.on('close', () => method === 'getUpdates' && gone.abort())
    let body
    let status
    try {
      const answer = await fetch(api + request.url, { method: 'POST', body: raw, headers: { 'Content-Type': 'application/json' }, signal: gone.signal })
      status = answer.status
      body = await answer.text()
    } catch {
      return response.destroy()
    }
    one.point = 'taken'
    if (at('taken', one) === false) return
    response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) })
    response.end(body)
    one.point = 'answered'
    at('answered', one)
  })
  const sockets = new Set()
  server.keepAliveTimeout = 60000
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    at('connected', {})
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${server.address().port}`, seen,
    stop: () => new Promise((done) => { server.close(done); for (const socket of sockets) socket.destroy() }),
  }
}
