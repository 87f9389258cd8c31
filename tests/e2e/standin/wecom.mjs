// A stand-in for WeCom's group robots: as strict as the page says, and as bad as a test wants it to be.
//
//   const wecom = await start();  const robot = wecom.robot('key');  … url: robot.url …;  await wecom.stop()
//   robot.messages   what the group shows: [{type, content, mentioned, at}]
//   robot.requests   everything that came: [{raw, body, at, errcode}]
//   robot.fault({kind, times, types})   what goes wrong next: a number is an errcode (the message is refused);
//     'html' 'empty' 'cut' '502' (told, then a strange answer); 'hang' (told, then nothing); 'reset' (told, then
//     a reset); 'refused' (reset before it is told); 'lie' (told, but the answer is a page with errcode inside);
//     types: only for these msgtypes
//   robot.gone = true   93000 from now on
import { createServer } from 'node:http'

const MAXIMA = { text: 2048, markdown: 4096, markdown_v2: 4096 }
const hint = (code) => `, hint: [${Date.now()}123], from ip: 203.0.113.7, more info at https://open.work.weixin.qq.com/devtool/query?e=${code}`

class Robot {
  constructor(key, base) {
    Object.assign(this, { key, url: `${base}/cgi-bin/webhook/send?key=${key}`, messages: [], requests: [], faults: [], gone: false })
  }

  fault(about) { this.faults.push({ times: 1, ...about }) }

  /** The fault for this message, used up once. */
  next(type) {
    const fault = this.faults.find((one) => one.times > 0 && (!one.types || one.types.includes(type)))
    if (fault) fault.times -= 1
    return fault?.kind
  }

  /** errcode and errmsg of a request, before any fault. */
  judge(request, raw, at) {
    let body
    try { body = JSON.parse(raw) } catch { return [47001, 'wrong json format'] }
    request.body = body
    if (raw.charCodeAt(0) === 0xfeff) return [47001, 'wrong json format']
    if (this.gone) return [93000, 'invalid webhook url']
    const type = body?.msgtype
    if (!(type in MAXIMA)) return [40008, 'invalid message type']
    const content = body[type]?.content
    if (typeof content !== 'string') return [40058, `${type}.content missing. invalid Request Parameter`]
    if (!content.trim()) return [44004, 'empty content']
    if (/[\0-\x08\x0b\x0c\x0e-\x1f\ufffd]/.test(content)) return [40033, 'invalid charset']
    if (Buffer.byteLength(content) > MAXIMA[type])
      return [40058, `${type}.content exceed max length ${MAXIMA[type]}. invalid Request Parameter`]
    if (this.messages.filter((one) => at - one.at < 60000).length >= 20) return [45009, 'api freq out of limit']
    return [0, 'ok']
  }

  tell(body, at) {
    const { msgtype: type } = body
    this.messages.push({ type, content: body[type].content, mentioned: body[type].mentioned_list, at })
  }

  answer(request, raw, response) {
    const at = request.at
    let [code, words] = this.judge(request, raw, at)
    const fault = code === 0 ? this.next(request.body.msgtype) : undefined
    if (typeof fault === 'number') [code, words] = [fault, `fault ${fault}`]
    request.errcode = code
    if (fault === 'refused') return response.socket.resetAndDestroy()
    if (code === 0) this.tell(request.body, at)
    const text = JSON.stringify({ errcode: code, errmsg: code ? words + hint(code) : words })
    const page = '<html><head><title>Sign in</title></head><body>"errcode":0</body></html>'
    if (fault === 'hang') return undefined
    if (fault === 'reset') return response.socket.resetAndDestroy()
    if (fault === 'cut') {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': text.length })
      response.write(text.slice(0, 10))
      return setTimeout(() => response.socket?.resetAndDestroy(), 50)
    }
    if (fault === '502') response.writeHead(502, { 'Content-Type': 'text/html' })
    else response.writeHead(200, { 'Content-Type': 'application/json; charset=UTF-8' })
    return response.end(fault === 'html' || fault === 'lie' || fault === '502' ? page : fault === 'empty' ? '' : text)
  }
}

class StandIn {
  constructor() {
    this.robots = new Map()
    this.strange = [] // what came to other paths
    this.server = createServer((incoming, response) => this.take(incoming, response))
  }

  robot(key) {
    if (!this.robots.has(key)) this.robots.set(key, new Robot(key, this.url))
    return this.robots.get(key)
  }

  take(incoming, response) {
    const at = Date.now(), chunks = []
    incoming.on('data', (chunk) => chunks.push(chunk))
    incoming.on('end', () => {
      const url = new URL(incoming.url, this.url), robot = this.robots.get(url.searchParams.get('key'))
      const raw = Buffer.concat(chunks).toString('utf8')
      if (url.pathname !== '/cgi-bin/webhook/send' || incoming.method !== 'POST') {
        this.strange.push(`${incoming.method} ${url.pathname}`)
        response.writeHead(404)
        return response.end('<html>404</html>')
      }
      if (!robot) return response.end(JSON.stringify({ errcode: 93000, errmsg: 'invalid webhook url' + hint(93000) }))
      const request = { raw, at, type: incoming.headers['content-type'] }
      robot.requests.push(request)
      return robot.answer(request, raw, response)
    })
    incoming.on('error', () => {})
  }

  listen() {
    return new Promise((done) => this.server.listen(0, '127.0.0.1', () => {
      this.url = `http://127.0.0.1:${this.server.address().port}`
      done(this)
    }))
  }

  stop() {
    this.server.closeAllConnections()
    return new Promise((done) => this.server.close(done))
  }
}

export const start = () => new StandIn().listen()
