// A stand-in for a receiver of Standard Webhooks: verifies by itself, remembers everything, and misbehaves on demand.
//
//   const at = await start({ secrets: ['whsec_…'] });  at.next('hang', { status: 429, headers: {…} });  await at.stop()
//
// What it answers is taken from a list, one for each request; at its end always `usual`. An entry is {status, headers,
// body} or a word:
//   hang      reads all, never answers            reset    reads all, breaks the connection
//   cut       half a head, then the end           garbage  no HTTP at all
//   drip      200, then a byte now and then       endless  200, then a body without end
//   check     200 when the signature is right, else 401
import { createHmac, createPublicKey, timingSafeEqual, verify as verifyBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** Why these headers do not belong to this body; '' when they do. Written from the specification alone. */
export function verify(headers, raw, secrets, now = Date.now() / 1000) {
  const id = headers['webhook-id'], stamp = headers['webhook-timestamp'], given = headers['webhook-signature']
  if (!id || !stamp || !given) return 'a header is missing'
  if (!/^[A-Za-z0-9_-]+$/.test(id)) return 'the id has other characters'
  if (!/^[1-9][0-9]*$/.test(stamp)) return 'the timestamp is no number'
  if (Math.abs(now - Number(stamp)) > 300) return 'the timestamp is too old or too new'
  const signed = Buffer.concat([Buffer.from(`${id}.${stamp}.`), raw])
  for (const one of given.split(' ')) {
    const comma = one.indexOf(',')
    const version = one.slice(0, comma), text = one.slice(comma + 1)
    if (comma < 0 || !base64.test(text)) continue
    const bytes = Buffer.from(text, 'base64')
    for (const secret of secrets) {
      if (version === 'v1' && secret.startsWith('whsec_')) {
        const wanted = createHmac('sha256', Buffer.from(secret.slice(6), 'base64')).update(signed).digest()
        if (bytes.length === wanted.length && timingSafeEqual(bytes, wanted)) return ''
      }
      if (version === 'v1a' && secret.startsWith('whpk_')) {
        const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(secret.slice(5), 'base64')])
        if (verifyBytes(null, signed, createPublicKey({ key: der, format: 'der', type: 'spki' }), bytes)) return ''
      }
    }
  }
  return 'no signature fits'
}

class Receiver {
  constructor({ secrets, usual = 'check' }) {
    this.secrets = secrets
    this.usual = usual
    this.answers = []
    this.requests = []
    this.ended = false // a 410 was given: whatever comes after it is a fault
    this.after = 0
    this.timers = new Set()
  }

  next(...answers) { this.answers.push(...answers) }

  /** What the receiver did something about: each id once. */
  get events() {
    const seen = new Set()
    return this.requests.filter((one) => one.taken && !seen.has(one.id) && seen.add(one.id))
  }

  take(request, response) {
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const raw = Buffer.concat(chunks)
      const why = verify(request.headers, raw, this.secrets)
      const answer = this.answers.shift() ?? this.usual
      if (this.ended) this.after++
      this.requests.push({ at: Date.now(), method: request.method, path: request.url, headers: request.headers, raw, why,
        id: request.headers['webhook-id'], body: why ? null : JSON.parse(raw), answer,
        taken: !why && (typeof answer === 'string' || answer.status < 300) })
      this.answer(request, response, answer, why)
    })
  }

  answer(request, response, answer, why) {
    const { socket } = request
    if (answer === 'check') response.writeHead(why ? 401 : 200).end(why)
    else if (answer === 'hang') socket.on('error', () => {})
    else if (answer === 'reset') socket.resetAndDestroy()
    else if (answer === 'cut') socket.end('HTTP/1.1 200 OK\r\nContent-Le')
    else if (answer === 'garbage') socket.end('220 mail.example.org ESMTP\r\n')
    else if (answer === 'drip') {
      response.writeHead(200, { 'Content-Length': '1000' })
      this.every(500, () => response.write('x'))
    } else if (answer === 'endless') {
      response.writeHead(200)
      this.every(5, () => response.write('x'.repeat(65536)))
      response.on('error', () => {})
    } else {
      if (answer.status === 410) this.ended = true
      response.writeHead(answer.status, answer.headers).end(answer.body ?? '')
    }
  }

  every(ms, what) { this.timers.add(setInterval(what, ms)) }

  async stop() {
    for (const timer of this.timers) clearInterval(timer)
    this.server.closeAllConnections()
    await new Promise((done) => this.server.close(done))
  }
}

export async function start(options) {
  const receiver = new Receiver(options)
  const take = (request, response) => receiver.take(request, response)
  receiver.server = options.tls ? createTlsServer(options.tls, take) : createServer(take)
  await new Promise((done) => receiver.server.listen(0, '127.0.0.1', done))
  receiver.url = `${options.tls ? 'https' : 'http'}://127.0.0.1:${receiver.server.address().port}/hook?key=IN-THE-ADDRESS`
  return receiver
}
