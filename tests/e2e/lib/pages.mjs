// A web server on loopback whose pages do what the test wants. It keeps what it was asked.
import { createServer } from 'node:http'
import { createGzip } from 'node:zlib'

export class Pages {
  /** `pages`: {'/feed.md': (request, response, server) => …}; one may be put there at any time. */
  static async open(pages = {}) {
    const one = new Pages()
    one.pages = pages
    one.asked = [] // {at, path, headers, host}
    one.server = createServer((request, response) => {
      const path = request.url.replace(/\?.*/, '')
      one.asked.push({ at: Date.now(), path, url: request.url, headers: request.headers })
      response.on('error', () => {})
      const page = one.pages[path]
      if (page) return page(request, response, one)
      response.statusCode = 404
      response.end('nothing here')
    })
    await new Promise((done) => one.server.listen(0, '127.0.0.1', done))
    one.port = one.server.address().port
    return one
  }

  url(path, host = '127.0.0.1') { return `http://${host}:${this.port}${path}` }

  of(path) { return this.asked.filter((one) => one.path === path) }

  async close() {
    this.server.closeAllConnections()
    await new Promise((done) => this.server.close(done))
  }
}

export const text = (body, headers = {}) => (request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/markdown', ...headers })
  response.end(body)
}

export const leads = (where, status = 302) => (request, response) => {
  response.writeHead(status, { Location: where })
  response.end()
}

/** `bytes` zeros, compressed as they are sent. */
export const bomb = (bytes) => (request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/markdown', 'Content-Encoding': 'gzip' })
  const gzip = createGzip({ level: 9 }), zeros = Buffer.alloc(1 << 20)
  let left = bytes
  response.on('close', () => { left = 0; gzip.destroy() })
  gzip.on('error', () => {}).pipe(response)
  const more = () => {
    while (left > 0) {
      left -= zeros.length
      if (!gzip.write(zeros)) return gzip.once('drain', more)
    }
    gzip.end()
  }
  more()
}

/** A byte now and then, without end. */
export const drip = (every = 200) => (request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/markdown' })
  const timer = setInterval(() => response.write('#'), every)
  response.on('close', () => clearInterval(timer))
}

/** Says more than it sends, and breaks off. */
export const cut = (body) => (request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/markdown', 'Content-Length': Buffer.byteLength(body) + 100 })
  response.write(body)
  setTimeout(() => response.destroy(), 100)
}
