// A WebSocket client just large enough for the room: text frames, no extensions (RFC 6455).
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'

export class Socket {
  constructor(port, { path = '/room/ws', origin = `http://127.0.0.1:${port}` } = {}) {
    this.messages = []
    this.waiting = []
    this.buffer = Buffer.alloc(0)
    this.closed = false
    this.tcp = connect(port, '127.0.0.1')
    this.opened = new Promise((resolve, reject) => {
      this.tcp.on('error', reject)
      this.tcp.on('connect', () =>
        this.tcp.write(
          `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
            `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nSec-WebSocket-Version: 13\r\nOrigin: ${origin}\r\n\r\n`))
      this.tcp.on('data', (bytes) => {
        this.buffer = Buffer.concat([this.buffer, bytes])
        if (!this.open) {
          const end = this.buffer.indexOf('\r\n\r\n')
          if (end < 0) return
          const head = this.buffer.subarray(0, end).toString()
          this.buffer = this.buffer.subarray(end + 4)
          if (!head.startsWith('HTTP/1.1 101')) return reject(new Error(head.split('\r\n')[0]))
          this.open = true
          resolve(this)
        }
        this.frames()
      })
      this.tcp.on('close', () => {
        this.closed = true
        reject(new Error('closed'))
        for (const { reject: give } of this.waiting.splice(0)) give(new Error('the socket was closed'))
      })
    })
    this.opened.catch(() => {})
  }

  frames() {
    for (;;) {
      const b = this.buffer
      if (b.length < 2) return
      let len = b[1] & 127, at = 2
      if (len === 126) { if (b.length < 4) return; len = b.readUInt16BE(2); at = 4 }
      else if (len === 127) { if (b.length < 10) return; len = Number(b.readBigUInt64BE(2)); at = 10 }
      if (b.length < at + len) return
      const payload = b.subarray(at, at + len), opcode = b[0] & 15
      this.buffer = b.subarray(at + len)
      if (opcode === 9) this.write(10, payload)
      if (opcode === 1) this.take(JSON.parse(payload.toString()))
    }
  }

  take(message) {
    const i = this.waiting.findIndex((w) => w.wanted(message))
    if (i >= 0) this.waiting.splice(i, 1)[0].resolve(message)
    else this.messages.push(message)
  }

  /** The next message (or one that came already) for which wanted() is true. */
  next(wanted, ms = 5000) {
    const i = this.messages.findIndex(wanted)
    if (i >= 0) return Promise.resolve(this.messages.splice(i, 1)[0])
    return new Promise((resolve, reject) => {
      const entry = { wanted, resolve, reject }
      this.waiting.push(entry)
      setTimeout(() => {
        const at = this.waiting.indexOf(entry)
        if (at >= 0) { this.waiting.splice(at, 1); reject(new Error('no such message came')) }
      }, ms).unref()
    })
  }

  write(opcode, payload) {
    const mask = randomBytes(4)
    const head = payload.length < 126 ? Buffer.from([0x80 | opcode, 0x80 | payload.length])
      : Buffer.from([0x80 | opcode, 0x80 | 126, payload.length >> 8, payload.length & 255])
    const masked = Buffer.from(payload)
    for (let i = 0; i < masked.length; i++) masked[i] ^= mask[i & 3]
    this.tcp.write(Buffer.concat([head, mask, masked]))
  }

  send(message) { this.write(1, Buffer.from(JSON.stringify(message))) }
  close() { this.tcp.destroy() }
}
