// Bad input for the real program: one clear line, nothing changed, and the others go on being served.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { edition, Place, sleep, slow, until } from './lib/daemon.mjs'
import { Socket } from './lib/ws.mjs'

const configuration = (state = 'digestd.db') => `state: ${state}
timezone: UTC
language: en
http: {listen: "127.0.0.1:0"}
sources:
  - {name: news, path: "posts/*.md", settle: 0s}
channels:
  hall: {platform: room, from: news, start: none, posts: [{what: item, at: "09:00"}]}
`
const portOf = (place) => Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(place.output.slice(place.output.search(/(the page is at|open at|trial room)[^\n]*$/m)))[1])
const health = (place) => fetch(`http://127.0.0.1:${portOf(place)}/healthz`, { signal: AbortSignal.timeout(3000 * slow) }).then((answer) => answer.status, () => 0)

const head = '---\ntitle: "Odd"\n---\n\n## News\n\n#### One odd story\n\nIt begins well.\n\nref. https://example.org/odd/1\n\n'
const gbk = Buffer.from('b5dad2bbccf5b9cacac2a3acbdb2c1cbd2bbbcfecac2a1a3', 'hex') // 第一条故事，讲了一件事。

/** What is refused, and how the line about it begins. */
const refused = {
  'empty.md': ['', /^empty\.md: is empty\n$/],
  'blank.md': ['\n \t\n', /^blank\.md: is empty\n$/],
  'binary.md': [Buffer.from([...Array(64).keys()]), /^binary\.md:1:1: holds a NUL byte[^\n]*\n$/],
  'picture.md': [Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), /^picture\.md:\d+:\d+: [^\n]+\n$/],
  'gbk.md': [Buffer.concat([Buffer.from('---\ntitle: Odd\n---\n\n## News\n\n#### '), gbk, Buffer.from('\n\n'), gbk]), /^gbk\.md:7:6: is not UTF-8; it looks like GBK[^\n]*\n$/],
  'utf16.md': [Buffer.from('\ufeff' + head, 'utf16le'), /^utf16\.md:1:1: is UTF-16[^\n]*\n$/],
  'none.md': ['---\ntitle: Odd\n---\n\nJust words.\n', /^none\.md: 0 items[^\n]*\n$/],
  'open.md': ['---\ntitle: Odd\n\n## News\n\n#### One\n\nwords\n', /^open\.md:1:1: the front matter [^\n]*never closed\n$/],
  'images.md': [head + '![[]()'.repeat(30000), /^images\.md:13:1: too many links and styles in one paragraph\n$/],
  'links.md': [head + '*a* [b](c) '.repeat(30000), /^links\.md:13:1: too many links and styles in one paragraph\n$/],
  'columns.md': [`${head}${'|a'.repeat(50000)}\n${'|-'.repeat(50000)}\n`, /^columns\.md:13:1: a table with too many columns\n$/],
  'nearly.md': [head + 'a\n|-|-|\n'.repeat(20000), /^nearly\.md:13:1: too many lines of one paragraph look like the beginning of a table\n$/],
  'nested.md': [head + '- '.repeat(50000) + 'x\n' + '\n'.repeat(50000), /^nested\.md:\d+:1: lists are nested too deeply\n$/],
  'bomb.md': [`${head}[a]: ${'b'.repeat(100000)}\n\n${'[a] '.repeat(10000)}\n`, /^bomb\.md:13:1: this definition of a link is too long to be used so often\n$/],
  'huge.md': [head + 'words\n'.repeat(3000000), /^huge\.md: is larger than 16 MB\n$/],
}

/** What is taken all the same: the first line of stderr, if one is due. */
const taken = {
  'stray.md': [Buffer.concat([Buffer.from(head), Buffer.from([0xff]), Buffer.from(' was here.\n')]), /^stray\.md:13: byte 0xff is not UTF-8, replaced\n$/],
  'front.md': [head.replace('title: "Odd"', 'title: Odd\ntags: [one, two'), /^front\.md:4: the front matter is not YAML here [^\n]*\n$/],
  'line.md': [head + 'a word '.repeat(300000) + '\n', /^$/],
  'word.md': [head + 'a'.repeat(2 << 20) + '\n', /^$/],
  'quotes.md': [head + '>'.repeat(50000) + ' deep\n', /^([^\n]+\n)?$/],
  'brackets.md': [head + '['.repeat(100000) + '\n', /^([^\n]+\n)?$/],
  'pairs.md': [head + '['.repeat(50000) + ']'.repeat(50000) + '\n', /^([^\n]+\n)?$/],
  'stars.md': [head + '*a_'.repeat(33000) + '\n', /^([^\n]+\n)?$/],
}
const texts = (cases) => Object.fromEntries(Object.entries(cases).map(([name, [text]]) => [name, text]))

describe('bad editions, by hand', () => {
  const place = new Place({ 'digestd.yaml': configuration(), ...texts(refused), ...texts(taken) })
  after(() => place.remove())

  for (const [name, [, line]] of Object.entries(refused))
    test(`read refuses ${name}`, async () => {
      const { code, out, err } = await place.run('read', name)
      assert.equal(code, 2)
      assert.equal(out, '')
      assert.match(err, line)
    })

  for (const [name, [, line]] of Object.entries(taken))
    test(`read takes ${name}`, async () => {
      const began = Date.now()
      const { code, out, err } = await place.run('read', '--json', name)
      assert.equal(code, 0, err)
      assert.match(err, line)
      assert.ok(Date.now() - began < 5000 * slow, `it took ${Date.now() - began} ms`)
      const [item] = JSON.parse(out).editions[0].sections[0].items
      assert.equal(item.title, 'One odd story')
      if (name === 'stray.md') assert.match(item.body, /\ufffd was here\./)
    })

  test('import refuses them and stores nothing', async () => {
    for (const name of Object.keys(refused)) {
      const { code, err } = await place.run('import', name)
      assert.ok(code === 1 || code === 2, `${name}: ${code}`)
      assert.match(err, new RegExp(`^\\S*${name.replace('.', '\\.')}`))
    }
    assert.deepEqual(await place.json('editions'), [])
  })
})

describe('bad editions beside a daemon', () => {
  const place = new Place({ 'digestd.yaml': configuration(), 'posts/good.md': edition('Good', 3) })
  before(() => place.start())
  after(() => place.remove())

  test('each is reported once, changes nothing, and posting goes on', async () => {
    await until(async () => (await place.json('items')).length === 3, 'the good edition')
    const known = await place.json('items')
    for (const [name, text] of Object.entries(texts(refused))) place.write(`posts/${name}`, text)
    for (let i = 1; i <= 3; i++) {
      const began = Date.now()
      const posted = await place.run('post', 'item', String(i), '--to', 'hall', '--wait')
      assert.equal(posted.code, 0, posted.err)
      assert.ok(Date.now() - began < 2000 * slow, `a post took ${Date.now() - began} ms`)
    }
    const lines = (name) => place.output.split('\n').filter((line) => line.includes(`/${name}`) || line.includes(` ${name}`))
    await until(() => Object.keys(refused).every((name) => lines(name).length), 'the complaints').catch((error) => {
      throw new Error(`${error.message}:\n${place.output}`) })
    await sleep(500)
    for (const name of Object.keys(refused)) assert.equal(lines(name).length, 1, `${name}:\n${lines(name).join('\n')}`)
    assert.deepEqual(await place.json('items'), known)
  })

  test('a good edition that becomes bad stays as it was', async () => {
    const known = await place.json('items')
    for (const name of ['gbk.md', 'empty.md', 'none.md', 'binary.md']) {
      const before = place.output.length
      place.write('posts/good.md', refused[name][0])
      await until(() => /good\.md/.test(place.output.slice(before)), `the complaint about ${name}`)
    }
    assert.deepEqual(await place.json('items'), known)
    assert.equal(await health(place), 200)
  })

  test('those that are heavy to read hold up nobody', async () => {
    for (const [name, text] of Object.entries(texts(taken))) place.write(`posts/${name}`, text)
    for (let i = 0; i < 3; i++) {
      const began = Date.now()
      assert.equal((await place.run('post', 'text', `beside heavy ones ${i}`, '--to', 'hall', '--wait')).code, 0)
      assert.ok(Date.now() - began < 2000 * slow, `a post took ${Date.now() - began} ms`)
    }
    const all = Object.keys(taken).length + 1
    await until(async () => (await place.json('editions')).length === all, 'the editions', 30000 * slow)
    assert.equal(await health(place), 200)
  })
})

// --- the state file -----------------------------------------------------------------------------------------------

/** Words that start a program with mounts of its own (nobody else sees them, and they go with it); '' and why not. */
function walled() {
  for (const words of [['unshare', '-m'], ['unshare', '-Urm']])
    try {
      execFileSync(words[0], [...words.slice(1), 'sh', '-c', 'mount -t tmpfs -o size=64k tmpfs /mnt'], { stdio: 'ignore' })
      return { words }
    } catch { /* the next way */ }
  return { why: 'mounts of one\'s own (unshare -m) are not allowed here' }
}
const wall = walled()
const inside = (script) => [...wall.words ?? [], 'sh', '-c', `${script} && exec "$@"`, 'sh']

describe('a state file that cannot be written', { skip: wall.why }, () => {
  test('read-only: said at the start, nothing changed', async () => {
    const place = new Place({ 'digestd.yaml': configuration('data/digestd.db'), 'data/.keep': '', 'posts/one.md': edition('One', 2) })
    try {
      assert.equal((await place.run('import', 'posts/one.md')).code, 0)
      const file = readFileSync(place.path('data/digestd.db'))
      place.before = inside('mount --bind data data && mount -o remount,bind,ro data')
      for (const words of [['run', '--drain'], ['import', 'posts/one.md'], ['post', 'text', 'x', '--to', 'hall']]) {
        const { code, out, err } = await place.run(...words)
        assert.equal(code, 1, words[0])
        assert.equal(out, '')
        assert.match(err, /^\S+\/data\/digestd\.db[^\n]*\n$/)
      }
      place.before = []
      assert.deepEqual(readFileSync(place.path('data/digestd.db')), file)
      assert.deepEqual(readdirSync(place.path('data')).filter((name) => !/\.(lock|bell)$|^\./.test(name)), ['digestd.db'])
    } finally {
      await place.remove()
    }
  })

  test('no space at all: said at the start', async () => {
    const place = new Place({ 'digestd.yaml': configuration('data/digestd.db'), 'data/.keep': '', 'posts/one.md': edition('One', 2) })
    try {
      place.before = inside('mount -t tmpfs -o size=64k tmpfs data')
      const { code, err } = await place.run('run')
      assert.equal(code, 1)
      assert.match(err, /^\S+\/data\/digestd\.db: [^\n]*disk[^\n]*\n$/)
    } finally {
      await place.remove()
    }
  })

  test('the disk becomes full: said once, nothing lost, nothing doubled when there is space again', async () => {
    const place = new Place({ 'digestd.yaml': configuration('data/digestd.db'), 'data/.keep': '', 'posts/one.md': edition('One', 3) })
    try {
      place.before = inside('mount -t tmpfs -o size=16m tmpfs data')
      await place.start()
      const data = `/proc/${place.child.pid}/root${place.path('data')}`
      await until(async () => await health(place) === 200, 'the health')
      // The rest of the space goes to a file of somebody else's.
      const fill = () => { try { for (;;) writeFileSync(`${data}/ballast`, Buffer.alloc(4096), { flag: 'a' }) } catch (error) { assert.equal(error.code, 'ENOSPC') } }
      fill()
      const socket = await new Socket(portOf(place)).opened
      socket.send({ t: 'hello', channel: '', after: 0, epoch: '', client: 'c1', language: 'en' })
      await socket.next((message) => message.t === 'ready', 5000 * slow)
      // Talk until the write-ahead log has used up what it had and wants more.
      let said = 0
      const failed = () => (place.output.match(/nothing can be decided now/g) ?? []).length
      for (; said < 200 && !failed(); said++) {
        socket.send({ t: 'say', ref: `r${said}`, name: 'A', text: `just talk ${said} ${'x'.repeat(1500)}` })
        fill()
        await sleep(1100 / 20 + (said > 15 ? 1000 : 0))
      }
      assert.ok(failed(), `the disk never was full:\n${place.output}`)
      assert.equal(await health(place), 503)
      assert.match(place.output, /error desk: nothing can be decided now: [^\n]*the disk is full/)
      await sleep(1500)
      assert.equal(failed(), 1, 'said again and again')
      assert.ok(!socket.closed)
      execFileSync('rm', [`${data}/ballast`])
      await until(async () => await health(place) === 200, 'the health', 30000 * slow)
      assert.match(place.output, /info desk: it goes on/)
      socket.send({ t: 'say', ref: 'after', name: 'A', text: '/item 2' })
      await socket.next((message) => message.t === 'row' && /One story 2/.test(message.row.html ?? ''), 30000 * slow)
      // Everything said was stored once, also what came while nothing could be written.
      const again = await new Socket(portOf(place)).opened
      again.send({ t: 'hello', channel: '', after: 1, epoch: '', client: 'c2', language: 'en' })
      await again.next((message) => message.t === 'ready', 5000 * slow)
      const acknowledged = socket.messages.filter((message) => message.t === 'ack').map((message) => message.ref)
      const stored = socket.messages.filter((message) => message.t === 'row' && message.row.kind === 'said').map((message) => /^just talk (\d+)/.exec(message.row.text)?.[1]).filter(Boolean)
      assert.equal(new Set(stored).size, stored.length, 'doubled')
      assert.deepEqual(acknowledged.filter((ref) => ref !== 'after').sort(), stored.map((n) => `r${n}`).sort())
      assert.equal(stored.length, said)
      socket.close()
      again.close()
      await place.stop()
    } finally {
      await place.remove()
    }
  })
})

// --- the web server ------------------------------------------------------------------------------------------------

/** Sends bytes as they are; {text, closed} once the other side closed or ms have passed. */
function raw(port, pieces, { ms = 5000 * slow, every = 0 } = {}) {
  return new Promise((done) => {
    let text = '', at = 0
    const began = Date.now()
    const tcp = connect(port, '127.0.0.1', () => {
      tcp.setNoDelay(true)
      const next = () => {
        if (at >= pieces.length || tcp.destroyed || !tcp.writable) return
        tcp.write(pieces[at++])
        if (every) setTimeout(next, every)
        else next()
      }
      next()
    })
    const finish = (closed) => { clearTimeout(timer); tcp.destroy(); done({ text, closed, took: Date.now() - began }) }
    const timer = setTimeout(() => finish(false), ms)
    tcp.on('data', (bytes) => { text += bytes })
    tcp.on('error', () => finish(true))
    tcp.on('close', () => finish(true))
  })
}
const statusOf = ({ text }) => Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0)
const answers = ({ text }) => (text.match(/HTTP\/1\.1 \d+/g) ?? []).length
const ticks = (pid) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13).reduce((sum, n) => sum + Number(n), 0)

describe('what strangers send to the page', () => {
  const place = new Place({})
  let port, host
  before(async () => {
    await place.start(['demo', '--listen', '127.0.0.1:0', '--state', place.path('demo.db')], { ready: /http:\/\/127\.0\.0\.1:\d+/ })
    port = Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(place.output)[1])
    host = `127.0.0.1:${port}`
    await until(async () => (await fetch(`http://${host}/healthz`).catch(() => ({}))).ok, 'the health')
  })
  after(() => place.remove())
  const post = (body, more = '') => `POST /room/read?name=a.md HTTP/1.1\r\nHost: ${host}\r\nOrigin: http://${host}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${more}\r\n${body}`
  const served = async () => {
    const began = Date.now()
    assert.equal((await fetch(`http://${host}/healthz`, { signal: AbortSignal.timeout(3000 * slow) })).status, 200)
    assert.ok(Date.now() - began < 1000 * slow, 'it answers late')
  }

  test('two POSTs in one packet: the first is answered, once; the server is as before', async () => {
    const one = post(edition('Drop', 1)), small = post('x'), get = `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`
    const packets = [one + one, small + small, small + get, get + small, small + small + small + small, one + 'garbage', post('') + post(''), small + small.slice(0, 40)]
    for (let round = 0; round < 5; round++)
      for (const packet of packets) {
        const got = await raw(port, [packet])
        assert.ok(got.closed, `it was not closed after ${JSON.stringify(packet.slice(0, 60))}`)
        assert.ok(answers(got) <= 1, `${answers(got)} answers`)
      }
    await sleep(500)
    const before = ticks(place.child.pid)
    await sleep(1000)
    assert.ok(ticks(place.child.pid) - before < 20 * slow, 'it is busy with nothing')
    await served()
  })

  test('another Host or Origin is refused', async () => {
    const get = (name, more = '') => raw(port, [`GET / HTTP/1.1\r\n${name ? `Host: ${name}\r\n` : ''}${more}\r\n`])
    assert.equal(statusOf(await get(host)), 200)
    assert.equal(statusOf(await get(`localhost:${port}`)), 200)
    for (const name of ['evil.example', `evil.example:${port}`, '127.0.0.1:1', `127.0.0.1.evil.example:${port}`, ''])
      assert.ok([400, 403, 421].includes(statusOf(await get(name))), `Host: ${name}`)
    for (const origin of ['http://evil.example', 'null', `http://${host}.evil.example`, `http://127.0.0.1:1`]) {
      assert.equal(statusOf(await raw(port, [post('x').replace(/Origin: .*/, `Origin: ${origin}`)])), 403, `POST from ${origin}`)
      await assert.rejects(new Socket(port, { origin }).opened, /403|closed/, `a socket from ${origin}`)
    }
  })

  test('a body over the limit, without a length, with a wrong one', async () => {
    const large = await raw(port, [post('y'.repeat((2 << 20) + 1000))], { ms: 8000 * slow })
    assert.equal(statusOf(large), 413)
    const announced = await raw(port, [post('').replace('Content-Length: 0', 'Content-Length: 999999999999')])
    assert.equal(statusOf(announced), 413)
    const chunked = await raw(port, [post('').replace('Content-Length: 0', 'Transfer-Encoding: chunked') + '5\r\nhello\r\n0\r\n\r\n'])
    assert.equal(statusOf(chunked), 411)
    for (const length of ['-1', '1e3', '0x10', '5, 5', '99999999999999999999999'])
      assert.ok([400, 411, 413].includes(statusOf(await raw(port, [post('').replace('Content-Length: 0', `Content-Length: ${length}`)]))), length)
    await served()
  })

  test('long headers, long addresses, no HTTP at all', async () => {
    for (const bytes of [`GET / HTTP/1.1\r\nHost: ${host}\r\nX: ${'h'.repeat(100000)}\r\n\r\n`, `GET /${'p'.repeat(5000)} HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
      Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]), 'hello\r\n\r\n', `BREW / HTTP/1.1\r\nHost: ${host}\r\n\r\n`, '\r\n'.repeat(5000),
      `GET /../../etc/passwd HTTP/1.1\r\nHost: ${host}\r\n\r\n`, `GET /room/..%2f..%2fetc/passwd HTTP/1.1\r\nHost: ${host}\r\n\r\n`]) {
      const got = await raw(port, [bytes], { ms: 8000 * slow })
      assert.ok(got.closed, `not closed after ${JSON.stringify(bytes.slice(0, 30))}`)
      assert.ok(statusOf(got) === 0 || statusOf(got) >= 400, `${statusOf(got)} for ${JSON.stringify(bytes.slice(0, 30))}`)
    }
    await served()
  })

  test('slow ones are let go, and others are served meanwhile', async () => {
    const crumbs = `GET / HTTP/1.1\r\nHost: ${host}\r\nX: ${'z'.repeat(200)}`.split('')
    const slowBody = [post('x'.repeat(1000)).slice(0, -1000), ...'x'.repeat(100)]
    const slow1 = Array.from({ length: 60 }, () => raw(port, crumbs, { every: 400, ms: 25000 * slow }))
    const slow2 = Array.from({ length: 20 }, () => raw(port, slowBody, { every: 400, ms: 25000 * slow }))
    const silent = Array.from({ length: 20 }, () => raw(port, [], { ms: 25000 * slow }))
    await sleep(1000)
    for (let i = 0; i < 3; i++) { await served(); await sleep(500) }
    for (const got of await Promise.all([...slow1, ...silent])) assert.ok(got.closed && got.took < 12000 * slow, `headers: ${got.took} ms`)
    for (const got of await Promise.all(slow2)) assert.ok(got.closed && got.took < 17000 * slow, `body: ${got.took} ms`)
    await served()
  })

  test('frames that are none of the room\'s end the socket, not the server', async () => {
    for (const text of ['', '{', '[]', '{"t":1}', '{"t":"hello"}', '[['.repeat(4000), '"\\ud800"', `{"t":"say","ref":"${'r'.repeat(5000)}","text":"x"}`]) {
      const socket = await new Socket(port).opened
      socket.write(1, Buffer.from(text))
      await sleep(20)
      socket.close()
    }
    const binary = await new Socket(port).opened
    binary.write(2, Buffer.from([0, 1, 2, 0xff]))
    const invalid = await new Socket(port).opened
    invalid.write(1, Buffer.from([0xff, 0xfe]))
    await sleep(200)
    binary.close()
    invalid.close()
    await served()
  })

  test('and at the end SIGTERM ends it in time', async () => {
    const began = Date.now()
    const ended = place.ended
    place.child.kill('SIGTERM')
    assert.equal(await ended, 0)
    assert.ok(Date.now() - began < 10000)
  })
})
