// Addresses on the command line: read and import; where redirects may lead, and what is too much.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { gzipSync, brotliCompressSync } from 'node:zlib'
import { Place, edition, slow } from './lib/daemon.mjs'
import { Pages, bomb, cut, drip, leads, text } from './lib/pages.mjs'
import { startProxy } from './lib/proxy.mjs'

const config = (more = '') => `state: digestd.db
http: {listen: "off"}
sources: [{name: news, path: "posts/*.md"}]
channels: {room: {platform: room}}
${more}`

describe('an address on the command line', { timeout: 240000 }, () => {
  let at, web, other
  before(async () => {
    web = await Pages.open({ '/one.md': text(edition('One', 3)) })
    other = await Pages.open({ '/secret.md': text(edition('Secret', 2)) })
    at = new Place({ 'digestd.yaml': config() })
  })
  after(async () => {
    await web?.close()
    await other?.close()
    await at?.remove()
  })

  test('is read as the file would be, and says who asks', async () => {
    const { code, out, err } = await at.run('read', '--json', `${web.url('/one.md')}?token=tok5ecret`)
    assert.equal(code, 0, err)
    const [{ edition: one, sections }] = JSON.parse(out).editions
    assert.equal(one.id, 'one')
    assert.equal(sections[0].items.length, 3)
    const [asked] = web.of('/one.md')
    assert.match(asked.headers['user-agent'], /^digestd\/\d+\.\d+\.\d+ \(reads a digest for group chats\)$/)
    assert.match(asked.headers['accept-encoding'], /gzip/)
    assert.match(asked.headers.accept, /text\/markdown/)
    assert.equal(asked.headers['if-none-match'], undefined)
  })

  test('without any configuration too', async () => {
    const bare = new Place()
    const { code, out } = await bare.run('read', web.url('/one.md'))
    assert.equal(code, 0)
    assert.match(out, /^One\n/)
    await bare.remove()
  })

  test('in the encoding that its header says', async () => {
    const body = Buffer.concat([Buffer.from('<html><body><h1>'), Buffer.from('b6c9bfda', 'hex'), Buffer.from('</h1><h2>A</h2><p>b')])
    web.pages['/gbk.html'] = (_, answer) => answer.writeHead(200, { 'content-type': 'text/html; charset="GBK"' }).end(body)
    const { code, out, err } = await at.run('read', '--json', web.url('/gbk.html'))
    assert.equal(code, 0, err)
    assert.equal(JSON.parse(out).editions[0].edition.title, '渡口')
  })

  test('is imported under the name of its last part; the same again changes nothing', async () => {
    let got = await at.run('import', web.url('/one.md'))
    assert.equal(got.code, 0, got.err)
    assert.match(got.out, /^one: stored, 3 items\n/)
    got = await at.run('import', web.url('/one.md'))
    assert.match(got.out, /^one: nothing has changed\n/)
    web.pages['/one.md'] = text(edition('One', 4))
    got = await at.run('import', web.url('/one.md'))
    assert.match(got.out, /^one: 1 new item\n {2}new +4 /)
  })

  test('compressed answers are taken', async () => {
    for (const [coding, pack] of [['gzip', gzipSync], ['br', brotliCompressSync]]) {
      web.pages['/packed.md'] = text(pack(edition('Packed', 2)), { 'Content-Encoding': coding })
      const { code, out, err } = await at.run('read', web.url('/packed.md'))
      assert.equal(code, 0, err)
      assert.match(out, /^Packed\n/)
    }
  })

  test('check shows sources by address, and online tries them; secrets are not shown', async () => {
    const place = new Place({ 'feed.secret': `http://me:tok5ecret@127.0.0.1:${web.port}/one.md?key=tok5ecret\n`,
      'digestd.yaml': `http: {listen: "off"}
sources:
  - {name: plain, url: "${web.url('/one.md')}?key=tok5ecret", every: 5m}
  - {name: hidden, url: {file: feed.secret}}
  - {name: lost, url: "${web.url('/lost.md')}"}
channels: {room: {platform: room}}
` })
    let got = await place.run('check')
    assert.equal(got.code, 0, got.err)
    assert.match(got.out, /^plain: http:\/\/127\.0\.0\.1:\d+\/one\.md\?…, asked every 5m; settles at once$/m)
    assert.match(got.out, /^hidden: http:\/\/127\.0\.0\.1:\d+\/…, asked every 30m; settles at once$/m)
    got = await place.run('check', '--online')
    assert.equal(got.code, 1)
    assert.match(got.out, /^plain: 1 edition, 4 items$/m)
    assert.match(got.out, /^hidden: 1 edition, 4 items$/m)
    assert.match(got.out, /^lost: .*lost\.md answered 404: there is nothing at this address/m)
    assert.match(web.of('/one.md').at(-1).headers.authorization, /^Basic /)
    const lines = await place.run('check', '--online', '--json')
    const answers = lines.out.trim().split('\n').map((line) => JSON.parse(line)).filter((line) => line.kind === 'answer' && line.source)
    assert.deepEqual(answers.map((line) => [line.source, line.right]), [['plain', true], ['hidden', true], ['lost', false]])
    assert.doesNotMatch(place.output, /5ecret/)
    await place.remove()
  })

  const says = async (words, status = 1, url = web.url('/x.md')) => {
    const { code, out, err } = await at.run('read', url)
    assert.equal(code, status, err)
    assert.equal(out, '')
    assert.match(err, words)
    assert.doesNotMatch(err, /5ecret/)
    return err
  }

  test('redirects: followed, five of them, not in circles, to http and https alone', async () => {
    web.pages['/x.md'] = leads('/y.md', 301)
    web.pages['/y.md'] = leads(web.url('/one.md'), 307)
    const { code, out } = await at.run('read', web.url('/x.md'))
    assert.equal(code, 0)
    assert.match(out, /^One\n/)
    web.pages['/y.md'] = leads('/x.md')
    const before = web.asked.length
    await says(/x\.md leads on more than five times, perhaps in a circle/)
    assert.equal(web.asked.length - before, 6)
    for (const where of ['file:///etc/passwd', 'ftp://127.0.0.1/x', 'gopher://127.0.0.1:70/x', 'http://', 'data:text/plain,x']) {
      web.pages['/x.md'] = leads(where)
      await says(/leads to an address that is neither http nor https/)
    }
  })

  test('redirects never lead into private networks, however the address is written', async () => {
    const { port } = other
    for (const host of ['127.0.0.1', 'localhost', '127.1', '2130706433', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0',
      '10.1.2.3', '172.16.0.1', '192.168.1.1', '100.64.0.1', '169.254.169.254', '224.0.0.1', '[fe80::1]', '[fd00::1]', '[::]']) {
      web.pages['/x.md'] = leads(`http://${host}:${port}/secret.md?token=tok5ecret`)
      await says(/x\.md leads to http:\/\/[^ ]+\/secret\.md\?…, which is in a private network, and is not followed there/)
    }
    // by another name than the configured one even to the same server; and in two steps
    web.pages['/x.md'] = leads(web.url('/one.md', 'localhost'))
    await says(/private network/)
    web.pages['/x.md'] = leads('/y.md')
    web.pages['/y.md'] = leads(other.url('/secret.md'))
    await says(/private network/)
    assert.equal(other.asked.length, 0, 'somebody asked there all the same')
  })

  test('through a proxy the name is judged, and what is out in the world is followed', async () => {
    const proxy = await startProxy()
    const place = new Place({ 'digestd.yaml': config(`proxy: "${proxy.url('socks5h')}"\n`) })
    web.pages['/x.md'] = leads(`http://pages.example.org:${web.port}/one.md`, 308)
    let got = await place.run('read', web.url('/x.md'))
    assert.equal(got.code, 0, got.err)
    assert.match(got.out, /^One\n/)
    assert.deepEqual(proxy.asked.map((one) => one.host), ['127.0.0.1', 'pages.example.org'])
    for (const host of ['localhost', '127.1', 'nas', 'printer.local', '[::1]', '10.0.0.1']) {
      web.pages['/x.md'] = leads(`http://${host}:${other.port}/secret.md`)
      got = await place.run('read', web.url('/x.md'))
      assert.equal(got.code, 1)
      assert.match(got.err, /private network/)
    }
    assert.equal(other.asked.length, 0)
    await place.remove()
    await proxy.stop()
  })

  test('what a server answers instead is told with its likely cause', async () => {
    const answers = { 401: /wants a login/, 403: /wants a login/, 404: /look whether it is spelt right or has moved/, 410: /gone for good/,
      429: /asked too often/, 500: /the server has trouble/, 503: /the server has trouble/, 204: /no answer with an edition/, 304: /the server is mistaken/ }
    for (const [status, words] of Object.entries(answers)) {
      web.pages['/x.md'] = (request, response) => { response.writeHead(Number(status)); response.end() }
      const err = await says(new RegExp(`x\\.md\\?… answered ${status}: `), 1, `${web.url('/x.md')}?key=tok5ecret`)
      assert.match(err, words)
    }
    web.pages['/x.md'] = text('\n<!DOCTYPE html><html><body><h1>Log in</h1></body></html>', { 'Content-Type': 'text/html' })
    await says(/x\.md: 0 items/, 2)
    web.pages['/x.md'] = text(Buffer.from('PK\x03\x04\0\0\0binary'))
    await says(/x\.md:1:\d+: holds a NUL byte/, 2)
    web.pages['/x.md'] = text('')
    await says(/x\.md: is empty/, 2)
  })

  test('an answer that is cut off, or not there at all, gives nothing', async () => {
    web.pages['/x.md'] = cut(edition('Half', 5))
    await says(/cannot be fetched \(127\.0\.0\.1:\d+: the answer was cut off\)/)
    web.pages['/x.md'] = (request, response) => { response.writeHead(200); response.write('# Half\n\n'); setTimeout(() => response.destroy(), 50) }
    await says(/cannot be fetched/)
    web.pages['/x.md'] = (request, response) => response.destroy()
    await says(/closed without an answer/)
    const gone = createServer()
    await new Promise((done) => gone.listen(0, '127.0.0.1', done))
    const { port } = gone.address()
    await new Promise((done) => gone.close(done))
    await says(/no connection/, 1, `http://127.0.0.1:${port}/x.md`)
    await says(/the name is not known/, 1, 'http://nobody.invalid/x.md')
    await says(/ftp:\/\/…: only http and https/, 2, 'ftp://me:tok5ecret@127.0.0.1/x.md')
  })

  test('too large is refused at its announcement, and a bomb at the limit', async () => {
    web.pages['/x.md'] = (request, response) => { response.writeHead(200, { 'Content-Length': 17 << 20 }); response.write('#') }
    await says(/x\.md is larger than 16 MB/)
    web.pages['/x.md'] = bomb(1 << 30)
    const started = Date.now()
    await says(/x\.md is larger than 16 MB/)
    assert.ok(Date.now() - started < 5000 * slow, `${Date.now() - started} ms`)
    web.pages['/x.md'] = text('#'.repeat(17 << 20))
    await says(/x\.md is larger than 16 MB/)
  })

  test('a server that only drips is given up', async () => {
    web.pages['/x.md'] = drip()
    const started = Date.now()
    await says(/no whole answer in time/)
    assert.ok(Date.now() - started < 25000 * slow, `${Date.now() - started} ms`)
  })
})
