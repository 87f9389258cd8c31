// Sources by address in the daemon: asked when it is time and not before, taken up once, told by their rules.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { start } from './standin/telegram.mjs'
import { edition, Place, sleep, slow, until } from './lib/daemon.mjs'
import { chatOf, PATIENT } from './lib/telegram.mjs'
import { Pages, bomb, cut, drip, leads, text } from './lib/pages.mjs'

const TOKEN = '4200:stand-in-Token_0123456789abcdefghij'
const OPERATOR = 77
const weekly = chatOf(1)

const configuration = (tg, sources, more = '') => `state: digestd.db
timezone: Asia/Shanghai
language: en
http: {listen: "127.0.0.1:0"}
sources:
${sources.map((line) => `  - ${line}`).join('\n')}
bots:
  tg: {platform: telegram, token: {file: tg.token}, api: "${tg.url}"}
operator: {bot: tg, chat: ${OPERATOR}}
posts: [{what: contents, when: published}]
channels:
  weekly: {bot: tg, chat: ${weekly}}
${more}`

async function open(sources, pages = {}) {
  const web = await Pages.open(pages), tg = await start({ token: TOKEN })
  const at = new Place({ 'tg.token': TOKEN })
  Object.assign(at, { web, tg,
    configure: (lines, more) => at.write('digestd.yaml', configuration(tg, lines, more)),
    alerts: () => tg.messages.filter((message) => message.chat.id === OPERATOR).map((message) => message.text),
    posts: () => tg.messages.filter((message) => message.chat.id === weekly).map((message) => message.text),
    page: async (path) => (await fetch(`http://127.0.0.1:${/127\.0\.0\.1:(\d+)/.exec(at.output.slice(at.output.lastIndexOf('the page is at')))[1]}${path}`)).text(),
    names: async () => (await at.json('editions')).map((one) => one.name ?? one.id) })
  at.configure(sources(web))
  return at
}

async function close(at) {
  await at.remove()
  await at.web.close()
  await at.tg.stop()
  assert.ok(!/5ecret/.test(at.output), 'a secret was printed')
}

const tagged = (body, etag, extra = {}) => (request, response) => {
  const same = request.headers['if-none-match'] === etag
  response.writeHead(same ? 304 : 200, { ETag: etag, 'Last-Modified': 'Sun, 06 Nov 1994 08:49:37 GMT', ...extra })
  response.end(same ? undefined : body)
}

describe('an edition behind an address', { timeout: 240000 }, () => {
  let at
  before(async () => {
    at = await open((web) => [`{name: news, url: "${web.url('/one.md')}?token=tok5ecret", every: 1s}`], { '/one.md': tagged(edition('One', 2), '"a"') })
    await at.start()
  })
  after(() => close(at))

  test('is read soon after the start; what was there before is told to nobody', async () => {
    await until(async () => (await at.names()).length === 1, 'the edition')
    assert.match(at.output, /one\.md: a new edition, 2 items/)
    const [first] = at.web.of('/one.md')
    assert.equal(first.headers['if-none-match'], undefined)
    assert.match(first.url, /token=tok5ecret/)
  })

  test('is asked for conditionally, every second and no sooner; 304 changes nothing', async () => {
    await until(() => at.web.of('/one.md').length >= 4, 'the fourth time')
    const asked = at.web.of('/one.md')
    for (let i = 1; i < 4; i++) {
      assert.equal(asked[i].headers['if-none-match'], '"a"')
      assert.equal(asked[i].headers['if-modified-since'], 'Sun, 06 Nov 1994 08:49:37 GMT')
      assert.ok(asked[i].at - asked[i - 1].at >= 950, `after ${asked[i].at - asked[i - 1].at} ms`)
    }
    assert.equal(at.output.split('one.md: ').length, 2)
    assert.deepEqual(at.posts(), [])
    assert.match(await at.page('/metrics'), /digestd_fetches_total\{source="news",result="same"\} [1-9]/)
    assert.match(await at.page('/metrics'), /digestd_fetches_total\{source="news",result="new"\} 1\n/)
  })

  test('changed, it is imported once', async () => {
    at.web.pages['/one.md'] = tagged(edition('One', 3), '"b"')
    await until(() => /one\.md: 1 new item/.test(at.output), 'the change')
    const before = at.web.of('/one.md').length
    await until(() => at.web.of('/one.md').length >= before + 2, 'two more')
    assert.equal(at.web.of('/one.md').at(-1).headers['if-none-match'], '"b"')
    assert.equal(at.output.split('one.md: ').length, 3)
  })

  test('a new one is told', async () => {
    at.web.pages['/one.md'] = tagged(edition('Two', 2).replace('---\n', '---\nid: two\n'), '"c"')
    await until(() => at.posts().length, 'the post', PATIENT)
    assert.match(at.posts()[0], /^Two/)
    assert.equal(at.posts().length, 1)
  })

  test('a server without marks sends it all each time, and nothing happens', async () => {
    at.web.pages['/one.md'] = text(edition('Two', 2).replace('---\n', '---\nid: two\n'))
    const before = at.web.of('/one.md').length, lines = at.output.split('one.md: ').length
    await until(() => at.web.of('/one.md').length >= before + 3, 'three more')
    assert.equal(at.output.split('one.md: ').length, lines)
    assert.equal(at.web.of('/one.md').at(-1).headers['if-none-match'], undefined)
  })

  test('SIGHUP keeps what is the same, and logs what is not', async () => {
    const before = at.web.of('/one.md').length
    at.configure([`{name: news, url: "${at.web.url('/one.md')}?token=tok5ecret", every: 1h}`])
    at.child.kill('SIGHUP')
    await until(() => /source news: every is 3600s \(was 1s\)/.test(at.output), 'the reload')
    await sleep(2500)
    assert.ok(at.web.of('/one.md').length <= before + 2)
    const calm = at.web.of('/one.md').length
    at.child.kill('SIGHUP')
    await until(() => /nothing changed/.test(at.output), 'the second reload')
    await sleep(1500)
    assert.equal(at.web.of('/one.md').length, calm)
  })

  test('a restart asks no sooner than was promised', async () => {
    const before = at.web.of('/one.md').length
    for (let i = 0; i < 3; i++) {
      await at.stop()
      await at.start()
    }
    await sleep(1500)
    assert.equal(at.web.of('/one.md').length, before)
    const lines = await at.run('status')
    assert.match(lines.out, /news +fetched \d\d-\d\d \d\d:\d\d +next \d\d-\d\d \d\d:\d\d/)
  })

  test('another address forgets the marks of the first, and is asked at once', async () => {
    at.web.pages['/other.md'] = tagged(edition('Three', 2).replace('---\n', '---\nid: three\n'), '"c"')
    at.configure([`{name: news, url: "${at.web.url('/other.md')}", every: 1h}`])
    at.child.kill('SIGHUP')
    await until(() => at.posts().some((one) => one.startsWith('Three')), 'the post', PATIENT)
    assert.equal(at.web.of('/other.md')[0].headers['if-none-match'], undefined)
    assert.match(at.output, /source news: url changed/)
  })
})

describe('what a server asks for', { timeout: 240000 }, () => {
  let at
  before(async () => {
    at = await open((web) => ['max', 'later', 'date', 'worse', 'gone', 'moved'].map((name) => `{name: ${name}, url: "${web.url(`/${name}.md`)}", every: 1s}`), {
      '/max.md': tagged(edition('Max', 1), '"m"', { 'Cache-Control': 'public, max-age=3600' }),
      '/later.md': (request, response) => { response.writeHead(429, { 'Retry-After': '3600' }); response.end() },
      '/date.md': (request, response) => { response.writeHead(503, { 'Retry-After': new Date(Date.now() + 8000).toUTCString() }); response.end() },
      '/worse.md': (request, response) => { response.writeHead(500); response.end() },
      '/gone.md': (request, response) => { response.writeHead(410); response.end() },
      '/moved.md': leads('/new.md', 301), '/new.md': tagged(edition('New', 1), '"n"'),
    })
    await at.start()
  })
  after(() => close(at))

  test('max-age, Retry-After in both forms, back-off with 500, 410 for ever', async () => {
    await until(() => at.web.of('/worse.md').length >= 4, 'the fourth time', 30000 * slow)
    const gaps = at.web.of('/worse.md').map((one, i, all) => i ? one.at - all[i - 1].at : 0).slice(1, 4)
    for (const [i, least] of [900, 1900, 3900].entries()) assert.ok(gaps[i] >= least && gaps[i] < least * 1.4 + 1500 * slow, `${gaps}`)
    await until(() => at.web.of('/date.md').length === 2, 'the date', 30000 * slow)
    assert.ok(at.web.of('/date.md')[1].at - at.web.of('/date.md')[0].at > 6500)
    assert.equal(at.web.of('/max.md').length, 1)
    assert.equal(at.web.of('/later.md').length, 1)
    assert.equal(at.web.of('/gone.md').length, 1)
  })

  test('a permanent redirect is followed, and said once', async () => {
    await until(() => at.web.of('/new.md').length >= 3, 'the third time')
    assert.equal(at.output.match(/source moved: .*moved\.md has moved for good to .*new\.md; write the new address into the configuration/g).length, 1)
    assert.equal(at.web.of('/new.md').at(-1).headers['if-none-match'], '"n"')
  })

  test('each trouble is one alert with its cause; over, it is one line more', async () => {
    const about = (name) => at.alerts().filter((one) => one.startsWith(`Source ${name}`))
    await until(() => ['later', 'date', 'worse', 'gone'].every((name) => about(name).length), 'the alerts', PATIENT)
    assert.match(about('later')[0], /later\.md answered 429: it is asked too often.*asked again at \d\d:\d\d\.$/)
    assert.match(about('worse')[0], /worse\.md answered 500: the server has trouble of its own\. Nothing new comes from it/)
    assert.match(about('gone')[0], /gone\.md answered 410: it is gone for good and is not asked for any more; take the source out/)
    assert.equal(about('worse').length, 1)
    at.web.pages['/worse.md'] = text(edition('Worse', 1))
    await until(() => about('worse').length === 2, 'the end', PATIENT)
    assert.equal(about('worse')[1], 'Source worse can be fetched again.')
    assert.match(await at.page('/metrics'), /digestd_fetches_total\{source="gone",result="gone"\} 1\n/)
    assert.deepEqual(about('moved'), [])
    const [row] = (await at.json('status')).filter((one) => one.source === 'later')
    assert.equal(row.failures, 1)
    assert.match(row.error, /answered 429/)
    assert.ok(Date.parse(row.next_at) - Date.now() > 3500000)
  })

  test('a restart asks none of them sooner', async () => {
    const before = ['max', 'later', 'gone'].map((name) => at.web.of(`/${name}.md`).length)
    await at.stop()
    await at.start()
    await sleep(2000)
    assert.deepEqual(['max', 'later', 'gone'].map((name) => at.web.of(`/${name}.md`).length), before)
  })
})

describe('hostile servers', { timeout: 240000 }, () => {
  let at, inner
  before(async () => {
    inner = await Pages.open({ '/in.md': text(edition('Inner', 1)) })
    at = await open((web) => ['bomb', 'drip', 'cut', 'private', 'half'].map((name) => `{name: ${name}, url: "${web.url(`/${name}.md`)}", every: 2s}`), {
      '/bomb.md': bomb(1 << 30), '/drip.md': drip(), '/cut.md': cut(edition('Cut', 3)), '/private.md': leads(`http://localhost:${inner.port}/in.md`),
      '/half.md': text('no edition, only \0 bytes') })
    await at.start()
  })
  after(async () => { await inner.close(); await close(at) })

  test('posts go on, memory stays small, nothing of it is imported', async () => {
    await until(() => at.web.of('/bomb.md').length, 'the bomb')
    const started = Date.now()
    const done = await at.run('post', 'text', 'meanwhile', '--to', 'weekly', '--wait')
    assert.equal(done.code, 0, done.err)
    assert.ok(Date.now() - started < 5000 * slow, `${Date.now() - started} ms`)
    await until(() => /source bomb: .*larger than 16 MB/i.test(at.output), 'the end of the bomb', 10000 * slow)
    await until(() => ['cut', 'private'].every((name) => at.web.of(`/${name}.md`).length > 1), 'the second time')
    const peak = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${at.child.pid}/status`, 'utf8'))[1])
    if (slow === 1) assert.ok(peak < 200 << 10, `${peak} kB`)
    await until(() => at.web.of('/half.md').length > 2, 'the half one')
    assert.equal(at.web.of('/half.md').at(-1).headers['if-none-match'], undefined)
    assert.deepEqual(await at.names(), [])
    assert.equal(inner.asked.length, 0)
    assert.match(at.output, /private\.md leads to http:\/\/localhost:\d+\/in\.md, which is in a private network/)
    await until(() => /drip\.md cannot be fetched \(127\.0\.0\.1:\d+: no whole answer in time\)/.test(at.output), 'the end of the drip', 30000 * slow)
  })
})

describe('a feed behind an address', { timeout: 120000 }, () => {
  test('its old entries are told to nobody, a new one is', async () => {
    const day = (ago) => new Date(Date.now() - ago * 86400000).toUTCString()
    const entry = (name, ago) => `<item><title>${name}</title><link>https://example.org/${name}</link><guid>${name}</guid><pubDate>${day(ago)}</pubDate>
      <description><![CDATA[<h2>News</h2>${[1, 2, 3].map((n) => `<h3>${name} story ${n}</h3><p>A ${name} was seen for the ${n}. time by <b>many</b>.</p>
      <p>ref. <a href="https://example.org/${name}/${n}">https://example.org/${name}/${n}</a></p>`).join('')}]]></description></item>`
    const feed = (...entries) => `<?xml version="1.0"?><rss version="2.0"><channel><title>Seen</title><link>https://example.org/</link>${entries.join('')}</channel></rss>`
    const at = await open((web) => [`{name: news, url: "${web.url('/feed')}", every: 1s}`], {
      '/feed': text(feed(entry('Heron', 8), entry('Otter', 16)), { 'Content-Type': 'application/rss+xml' }) })
    await at.start()
    await until(async () => (await at.json('editions')).length, 'the editions')
    const before = at.web.of('/feed').length
    await until(() => at.web.of('/feed').length >= before + 2, 'two more')
    assert.deepEqual(at.posts(), [])
    at.web.pages['/feed'] = text(feed(entry('Kestrel', 0), entry('Heron', 8), entry('Otter', 16)), { 'Content-Type': 'application/rss+xml' })
    await until(() => at.posts().length, 'the post', PATIENT)
    assert.match(at.posts()[0], /Kestrel/)
    await until(() => at.web.of('/feed').length >= before + 5, 'more')
    assert.equal(at.posts().length, 1)
    await close(at)
  })
})

describe('run --drain', { timeout: 120000 }, () => {
  test('fetches what is due before it ends', async () => {
    const at = await open((web) => [`{name: news, url: "${web.url('/one.md')}", every: 1h}`], {
      '/one.md': (request, response) => setTimeout(() => tagged(edition('One', 2), '"a"')(request, response), 1500) })
    const done = await at.run('run', '--drain')
    assert.equal(done.code, 0, done.err)
    assert.deepEqual(await at.names(), ['one'])
    await at.run('run', '--drain')
    assert.equal(at.web.asked.length, 1)
    await close(at)
  })
})
