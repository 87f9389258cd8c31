// WeCom's group robots, end to end: the real program against a stand-in that throttles, hangs and lies.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { edition, Place, slow, until } from './lib/daemon.mjs'
import { start } from './standin/wecom.mjs'

const top = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const PATIENT = 30000 * slow
const KEY = 'b7c2f1e0-0000-4000-8000-5ec2e7'

/** A place whose channels have a robot each; `robots` names them, "two=one" shares the address of another. */
async function open(robots, { language = 'en', more = {}, routine = '' } = {}) {
  const wecom = await start(), files = { 'posts/old.md': edition('Old', 9) }, of = {}, lines = []
  for (const word of robots) {
    const [name, same = name] = word.split('=')
    of[name] = wecom.robot(`${KEY}-${same}`)
    files[`${name}.token`] = `${of[name].url}\n`
    lines.push(`  ${name}: {platform: wecom, url: {file: ${name}.token}, from: news${more[name] ?? ''}}`)
  }
  files['digestd.yaml'] = `state: s.db
timezone: Asia/Shanghai
language: ${language}
sources:
  - {name: news, path: "posts/*.md", settle: 0s}
http: {listen: off}
${routine}channels:
${lines.join('\n')}
`
  const place = new Place(files)
  await place.start(['run'])
  return { place, wecom, of,
    one: async (channel) => (await place.deliveries()).filter((row) => row.channel === channel),
    post: (channel, ...words) => place.run('post', ...words, '--to', channel),
    async close() {
      await place.remove()
      await wecom.stop()
      assert.ok(!place.output.includes(KEY), 'the key was printed')
      assert.deepEqual(wecom.strange, [])
    } }
}

/** Waits until a channel's deliveries, all of them, are in this state. */
const came = (at, channel, state, count = 1) => until(async () => {
  const rows = await at.one(channel)
  return rows.length >= count && rows.every((row) => row.state === state) && rows
}, `${count} ${state} in ${channel}`, PATIENT)

describe('told', { timeout: 300000 * slow }, () => {
  let at
  before(async () => { at = await open(['weekly', 'long', 'old', 'older', 'called'], { more: { called: ', mention: "zhangsan @all"' } }) })
  after(() => at?.close())

  test('contents and an item, in markdown_v2', async () => {
    await at.post('weekly', 'contents')
    await at.post('weekly', 'item', '2')
    await came(at, 'weekly', 'sent', 2)
    const [contents, item] = at.of.weekly.messages
    assert.equal(contents.type, 'markdown_v2')
    assert.match(contents.content, /^\*\*Old\*\*/)
    assert.match(contents.content, /\n- 1 Old story 1\n- 2 Old story 2/)
    assert.match(item.content, /wrote down ＜how＞ & why/)
    assert.match(item.content, /\[example\.org\]\(https:\/\/example\.org\/Old\/2\)/)
    assert.match(at.of.weekly.requests[0].type, /^application\/json/)
  })

  test('the question is in bold with where it came from, and without a hint nobody can follow', async () => {
    await at.post('weekly', 'question')
    await came(at, 'weekly', 'sent', 3)
    assert.match(at.of.weekly.messages[2].content, /^\*\*Question of the day: What would you ask.*\*\*\n\n> From \d\/9 \[/)
    assert.doesNotMatch(at.of.weekly.messages[2].content, /Reply|\/item|\/question/)
  })

  test('a long text goes in parts of at most 4096 bytes, none lost, none twice', async () => {
    const words = '一个模型读了很多书。'.repeat(500)
    await at.post('long', 'text', words)
    const rows = await came(at, 'long', 'sent', 4)
    assert.equal(rows.length, at.of.long.messages.length)
    assert.equal(at.of.long.messages.map((one) => one.content).join(''), words)
    for (const { content } of at.of.long.messages) assert.ok(Buffer.byteLength(content) <= 4096)
    assert.ok(at.of.long.requests.every((one) => one.errcode === 0))
  })

  test('a server that does not know markdown_v2 gets markdown, one that knows neither gets text', async () => {
    at.of.old.fault({ kind: 40008, times: 9, types: ['markdown_v2'] })
    at.of.older.fault({ kind: 40058, times: 9, types: ['markdown_v2', 'markdown'] })
    await at.post('old', 'item', '3')
    const long = '一个模型读了很多书。'.repeat(100)
    await at.post('older', 'text', long)
    await came(at, 'old', 'sent')
    await came(at, 'older', 'sent')
    assert.deepEqual(at.of.old.messages.map((one) => one.type), ['markdown'])
    assert.match(at.of.old.messages[0].content, /Old story 3/)
    assert.deepEqual(at.of.older.messages.map((one) => one.type), ['text', 'text'])
    assert.equal(at.of.older.messages.map((one) => one.content).join(''), long)
  })

  test('members are called when contents come, by a message of its own', async () => {
    await at.post('called', 'contents')
    await until(() => at.of.called.messages.length === 2, 'the call', PATIENT)
    assert.deepEqual(at.of.called.messages[1], { ...at.of.called.messages[1], type: 'text', content: 'Old', mentioned: ['zhangsan', '@all'] })
    await at.post('called', 'item', '1')
    await came(at, 'called', 'sent', 2)
    assert.equal(at.of.called.messages.length, 3)
  })
})

describe('refused and unsure', { timeout: 400000 * slow }, () => {
  let at
  const names = ['busy', 'odd', 'flood', 'twin=flood', 'gone', 'html', 'empty', 'cut', 'bad', 'reset', 'hang']
  before(async () => { at = await open(names, { language: 'zh' }) })
  after(() => at?.close())

  test('busy, then it is there; told once', async () => {
    at.of.busy.fault({ kind: -1, times: 2 })
    await at.post('busy', 'item', '1')
    const [row] = await came(at, 'busy', 'sent')
    assert.equal(at.of.busy.messages.length, 1)
    assert.equal(row.attempts, 3)
  })

  test('too fast: nothing for a minute, for every channel of the robot, and no try is counted', async () => {
    at.of.flood.fault({ kind: 45009, times: 1 })
    await at.post('flood', 'item', '1')
    await until(() => at.of.flood.requests.length === 1, 'the request', PATIENT)
    await until(async () => (await at.one('flood'))[0].state === 'due', 'the verdict', PATIENT)
    const [row] = await at.one('flood')
    assert.ok(Date.parse(row.due_at) - at.of.flood.requests[0].at >= 59000, row.due_at)
    await at.post('twin', 'item', '2')
    await new Promise((done) => setTimeout(done, 5000))
    assert.equal(at.of.flood.requests.length, 1)
  })

  test('a robot that is gone: the channel pauses and says what to do; nothing is burnt', async () => {
    at.of.gone.gone = true
    await at.post('gone', 'item', '1')
    await until(() => at.place.output.includes('企业微信不认这个机器人（93000）'), 'the sentence', PATIENT)
    assert.match(at.place.output, /重新添加，把新地址写进 gone\.token/)
    await at.post('gone', 'item', '2')
    await new Promise((done) => setTimeout(done, 4000))
    assert.equal(at.of.gone.requests.length, 1)
    assert.equal((await at.one('gone'))[0].state, 'due')
    at.of.gone.gone = false
    await at.place.run('resume', 'gone')
    await came(at, 'gone', 'sent', 2)
    assert.equal(at.of.gone.messages.length, 2)
  })

  test('strange answers: unknown, never sent again by itself', async () => {
    const faults = { html: 'html', empty: 'empty', cut: 'cut', bad: '502', reset: 'reset', hang: 'hang' }
    for (const [name, kind] of Object.entries(faults)) {
      at.of[name].fault({ kind })
      await at.post(name, 'item', '1')
    }
    for (const name of Object.keys(faults)) await until(async () => (await at.one(name))[0]?.state === 'unknown', name, 60000 * slow)
    await new Promise((done) => setTimeout(done, 6000))
    for (const name of Object.keys(faults)) {
      assert.equal(at.of[name].requests.length, 1, name)
      assert.equal(at.of[name].messages.length, 1, name)
    }
    const [row] = await at.one('html')
    assert.equal((await at.place.run('resolve', row.id, 'sent')).code, 0)
    await came(at, 'html', 'sent')
  })

  test('later posts go on', async () => {
    await at.post('bad', 'item', '2')
    await until(async () => (await at.one('bad')).some((row) => row.state === 'sent'), 'the next', 60000 * slow)
  })

  test('a code nobody knows: three more tries, then it has failed', async () => {
    at.of.odd.fault({ kind: 47001, times: 9 })
    await at.post('odd', 'item', '1')
    await until(() => at.of.odd.requests.length >= 2, 'the second try', PATIENT)
    assert.match((await at.one('odd'))[0].error, /47001/)
  })
})

describe('the address', { timeout: 60000 * slow }, () => {
  const configuration = (url) => ({ 'wecom.token': url, 'digestd.yaml': `state: s.db
sources:
  - {name: news, path: "posts/*.md"}
channels:
  weekly: {platform: wecom, url: {file: wecom.token}, from: news}
` })

  test('what is wrong with it is said before anything runs', async () => {
    const cases = [['https://qyapi.weixin.qq.com/cgi-bin/webhook/send', /digestd\.yaml:5:\d+: url: .*key= is missing/],
      [`https://qyapi.weixin.qq.com/hook?key=${KEY}`, /path should be \/cgi-bin\/webhook\/send/], [KEY, /no robot's address/],
      [`https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=${KEY}（周报群）`, /behind key= stand letters/]]
    for (const [url, wanted] of cases) {
      const place = new Place(configuration(url))
      for (const words of [['check'], ['run']]) {
        const { code, err } = await place.run(...words)
        assert.equal(code, 2, url)
        assert.match(err, wanted)
        assert.ok(!err.includes(KEY))
      }
      await place.remove()
    }
  })

  test('another host is odd, the right one cannot be tried without posting', async () => {
    const place = new Place(configuration(`http://127.0.0.1:9/cgi-bin/webhook/send?key=${KEY}`))
    const odd = await place.run('check')
    assert.equal(odd.code, 0, odd.err)
    assert.match(odd.out, /127\.0\.0\.1:9 is not WeCom's/)
    place.write('wecom.token', `https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=${KEY}`)
    const right = await place.run('check', '--online')
    assert.doesNotMatch(right.out, /is not WeCom's/)
    assert.match(right.out, /weekly: .*cannot be tried without posting/)
    assert.ok(!place.output.includes(KEY))
    await place.remove()
  })

  test('preview shows the request without the key, and the help names the platform', async () => {
    const place = new Place({ ...configuration(`https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=${KEY}`), 'posts/a.md': edition('A', 2) })
    const [part] = await place.json('preview', 'item', '1', '--to', 'weekly', '--file', 'posts/a.md')
    assert.equal(part.limit, 4096)
    assert.equal(JSON.parse(part.body).msgtype, 'markdown_v2')
    assert.match(part.url, /\*\*\*/)
    const [alone] = await place.json('preview', 'contents', '--platform', 'wecom', '--file', 'posts/a.md')
    assert.match(JSON.parse(alone.body).markdown_v2.content, /- 1 A story 1/)
    assert.match((await place.run('preview', '--help')).out, /--platform NAME .*telegram.*wecom/)
    assert.ok(!place.output.includes(KEY))
    await place.remove()
  })
})

// With UPDATE=1 in the environment the files are written anew, to be read before they are committed.
describe('the sample editions', { timeout: 60000 * slow }, () => {
  for (const language of ['zh', 'en'])
    test(`in ${language}, as a robot tells them`, async () => {
      const place = new Place(), got = []
      for (const words of [['contents'], ['item', '1'], ['question'], ['edition']]) {
        const parts = await place.json('preview', ...words, '--platform', 'wecom', '--file', join(top, `deploy/samples/sample-${language}.md`))
        got.push(...parts.map((part) => `=== ${words.join(' ')}, ${part.part + 1} of ${part.parts}, ${part.units} bytes\n` +
          `${JSON.parse(part.body).markdown_v2.content}\n`))
        for (const part of parts) assert.ok(part.units <= 4096 && part.units === Buffer.byteLength(JSON.parse(part.body).markdown_v2.content))
      }
      await place.remove()
      const file = join(top, `tests/golden/adapters/wecom_${language}.txt`)
      if (process.env.UPDATE) writeFileSync(file, got.join(''))
      assert.equal(got.join(''), readFileSync(file, 'utf8'))
    })
})
