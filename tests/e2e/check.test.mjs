// `digestd check`, and how every subcommand meets a configuration that is wrong: one line, exit 2, nothing made.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { after, describe, test } from 'node:test'
import { edition, Place } from './lib/daemon.mjs'

const configuration = `timezone: Asia/Shanghai
http: {listen: "127.0.0.1:0"}
sources:
  - {name: news, path: "posts/*.md"}
  - {name: spare, path: "spare/*.md", settle: 2h}
bots:
  tg: {platform: telegram, token: {file: tg.token}}
posts:
  - {what: item, at: ["18:30", "09:00"], days: mon-fri}
  - {what: question, cron: "*/20  9 * * mon-fri/2"}
channels:
  weekly: {bot: tg, chat: -1001234567890, topic: 7, from: spare}
  hall: {platform: room, from: news, posts: []}
`

describe('check', () => {
  const place = new Place({ 'digestd.yaml': configuration, 'posts/one.md': edition('One'), 'tg.token': '123:OPENSECRET\n' })
  after(() => place.remove())

  test('tells what is configured, makes nothing', async () => {
    const { code, out, err } = await place.run('check')
    assert.equal(code, 0)
    assert.equal(err, '')
    const lines = out.split('\n')
    assert.match(lines[0], /^digestd\.yaml is right: 2 channels, 2 sources; the page at 127\.0\.0\.1:0$/)
    assert.equal(lines[1], 'weekly: Telegram by bot tg, chat -1001234567890, topic 7; from spare; en, Asia/Shanghai')
    assert.equal(lines[2], '  item at 09:00,18:30 mon-fri')
    assert.equal(lines[3], '  question cron */20 9 * * mon-fri/2')
    assert.match(out, /^news: 1 file at .*\/posts\/\*\.md; settles at once$/m)
    assert.match(out, /^spare: no file yet at .*; settles 2h$/m)
    assert.match(out, /^note: hall has no posts:/m)
    assert.match(out, /^note: spare has no folder .*\/spare: make it, or put the path right$/m)
    assert.ok(!/note: news/.test(out))
    assert.match(out, /digestd\.db is not there yet/)
    assert.ok(!out.includes('OPENSECRET'))
    assert.ok(!existsSync(place.path('digestd.db')))
  })

  test('--json: an object a line', async () => {
    const rows = await place.json('check')
    assert.deepEqual(rows.map((row) => row.kind), ['file', 'channel', 'channel', 'source', 'source', 'note', 'note', 'note', 'state'])
    assert.deepEqual(rows[1].posts, ['item at 09:00,18:30 mon-fri', 'question cron */20 9 * * mon-fri/2'])
    assert.equal(rows[3].files, 1)
  })

  test('a channel that is not there: those there are, and the chats of editors', async () => {
    writeFileSync(place.path('editors.yaml'), configuration + 'editors: ["telegram:12"]\n')
    const { code, err } = await place.run('-c', 'editors.yaml', 'post', 'text', 'x', '--to', 'nowhere')
    assert.equal(code, 2)
    assert.match(err, /there is no channel nowhere; there are: weekly, hall; editors' own chats: telegram:12\n$/)
  })

  test('a secret that others may read is a warning', async () => {
    chmodSync(place.path('tg.token'), 0o644)
    const { code, err } = await place.run('check')
    chmodSync(place.path('tg.token'), 0o600)
    assert.equal(code, 0)
    assert.match(err, /^digestd\.yaml:7:35: token: everybody on this machine may read .*tg\.token; chmod 600 .*tg\.token\n$/)
  })

  test('a file that is no state file fails', async () => {
    writeFileSync(place.path('digestd.db'), 'hello, this is something else\n'.repeat(100))
    const { code, out } = await place.run('check')
    assert.equal(code, 1)
    assert.match(out, /digestd\.db: .*not a state file/)
  })
})

describe('what can come to nothing', () => {
  const channels = `timezone: UTC
http: {listen: "127.0.0.1:0"}
sources: [{name: news, path: "posts/*.md", settle: 0s}]
channels:
  early: {platform: room, from: news, window: "09:00-18:00", posts: [{what: item, cron: "30 2,3 * * *", max_age: 1h}]}
  late: {platform: room, from: news, window: "09:00-18:00", posts: [{what: question, at: "22:00"}]}
  waits: {platform: room, from: news, window: "09:00-18:00", posts: [{what: item, at: "20:00"}]}
  right: {platform: room, from: news, window: "09:00-18:00", only: {section: [SECTION]}, posts: [{what: item, at: ["03:00", "10:00"], max_age: 1h}]}
  names: {platform: room, from: news, only: {section: [Nothing]}, not: {tag: [dull]}, posts: [{what: section, section: Ghost, at: "09:00"}, {what: item, at: "10:00"}]}
`
  const place = new Place({ 'digestd.yaml': channels, 'zh.yaml': channels.replace('timezone', 'language: zh\ntimezone'), 'one.md': edition('One'), 'posts/.keep': '' })
  const title = /^## (.*)$/m.exec(edition('One'))[1]
  for (const name of ['digestd.yaml', 'zh.yaml']) writeFileSync(place.path(name), channels.replace('SECTION', JSON.stringify(title)).replace('timezone', name === 'zh.yaml' ? 'language: zh\ntimezone' : 'timezone'))
  after(() => place.remove())

  test('rules that can never post are named, with what mends them', async () => {
    const { code, out } = await place.run('check')
    assert.equal(code, 0)
    assert.match(out, /^note: early: "item cron 30 2,3 \* \* \*" never posts: it comes outside the window, which opens at 09:00, at least 330m later, and its posts may wait for 1h only \(max_age\)\. Give it max_age: 6h\.$/m)
    assert.match(out, /^note: late: "question at 22:00" never posts: a question does not outlive its day/m)
    assert.match(out, /^note: waits: "item at 20:00" comes only outside the window: each of its posts waits until 09:00/m)
    assert.ok(!/note: (right|names)/.test(out), out)
    assert.match((await place.run('-c', 'zh.yaml', 'check')).out, /^注意：early： 「item cron 30 2,3 .*」永远发不出.*改成 max_age: 6h。$/m)
  })

  test('so are sections and tags that no edition has, with those there are', async () => {
    assert.equal((await place.run('import', 'one.md')).code, 0)
    for (const out of [(await place.run('check')).out, (await place.run('plan')).out]) {
      assert.ok(out.includes(`names: only: no edition has a section “Nothing” (1 looked at). There are: ${title}. Write one of these.\n`), out)
      assert.match(out, /names: not: no edition has a tag “dull” \(1 looked at\)\. They have no tag at all: leave it out\.\n/)
      assert.match(out, /names: "section Ghost at 09:00": no edition has a section “Ghost”/)
      assert.match(out, /early: "item cron .*" never posts/)
      assert.ok(!/right: (only|the)/.test(out))
    }
    const rows = await place.json('plan')
    assert.equal(rows.filter((row) => row.kind === 'note' && row.channel === 'names').length, 3)
    assert.match((await place.run('-c', 'zh.yaml', 'check')).out, /names： only: 没有哪一期有小节「Nothing」（看了 1 期）。有的是：/)
  })
})

describe('check --online', () => {
  const asked = []
  const server = createServer((request, response) => {
    asked.push(request.url)
    request.resume()
    response.setHeader('Content-Type', 'application/json')
    if (request.url.includes('good')) return response.end('{"ok":true,"result":{"id":-5,"type":"supergroup","title":"x"}}')
    response.statusCode = 401
    response.end('{"ok":false,"error_code":401,"description":"Unauthorized"}')
  })
  const place = new Place()
  after(async () => { server.close(); await place.remove() })

  test('each token and chat, nothing posted', async () => {
    await new Promise((done) => server.listen(0, '127.0.0.1', done))
    const api = `http://127.0.0.1:${server.address().port}`
    writeFileSync(place.path('digestd.yaml'), `channels:
  one: {platform: telegram, token: {file: one.secret}, api: "${api}", chat: -5}
  two: {platform: telegram, token: {file: two.secret}, api: "${api}", chat: -6}
  hall: {platform: room}
`)
    place.write('one.secret', '1:good')
    place.write('two.secret', '2:OPENSECRET')
    const { code, out, err } = await place.run('check', '--online')
    assert.equal(code, 1)
    assert.match(out, /^one: token and chat are right$/m)
    assert.match(out, /^two: .*(401|token)/m)
    assert.match(out, /^hall: a room on this machine$/m)
    assert.ok(asked.length >= 2 && asked.every((url) => !/send|edit/i.test(url)), asked.join())
    assert.ok(!(out + err).includes('OPENSECRET'))
  })

  test('a bot without a channel, as on the first day, and the operator\'s chat', async () => {
    const api = `http://127.0.0.1:${server.address().port}`
    const bots = `bots:
  tg: {platform: telegram, token: {file: two.secret}, api: "${api}"}
  ops: {platform: telegram, token: {file: ops.secret}, api: "${api}"}
`
    place.write('ops.secret', '3:OPENSECRET')
    for (const [extra, name] of [['', 'tg'], ['operator: {bot: ops, chat: 5}\n', 'operator']]) {
      writeFileSync(place.path('digestd.yaml'), `${bots}${extra}sources: [{name: news, path: "*.md"}]\n`)
      const { code, out } = await place.run('check', '--online')
      assert.equal(code, 1, out)
      assert.match(out, /^note: channels: there is none yet: digestd run, send \/where in the group/m)
      assert.match(out, new RegExp(`^${name}: .*401`, 'm'))
      assert.ok(!/^(ops|~operator): /m.test(extra ? out : ''), out)
    }
    for (const [file, token] of [['two.secret', '2:good'], ['ops.secret', '3:good']]) place.write(file, token)
    const { code, out } = await place.run('check', '--online')
    assert.equal(code, 0, out)
    assert.match(out, /^tg: the token is right$/m)
    assert.match(out, /^operator: token and chat are right$/m)
  })
})

const telegram = (chat) => `channels:\n  one: {platform: telegram, token: {file: tg.token}, ${chat}}\n`

describe('a configuration that is wrong', () => {
  const place = new Place({ 'tg.token': '1:x' })
  mkdirSync(place.path('folder'))
  after(() => place.remove())

  for (const [what, bytes, line] of [
    ['a misspelt key', 'channels:\n  hall: {platform: room, frm: a}\n', 'digestd.yaml:2:26: hall has no key "frm"; did you mean "from"?\n'],
    ['an unknown zone', 'timezone: Mars/Base\nchannels: {hall: {platform: room}}\n', /^digestd\.yaml:1:11: there is no time zone Mars\/Base; .*\n$/],
    ['broken YAML', 'channels: {hall: [}\n', /^digestd\.yaml:1:19: not YAML: .*\n$/],
    ['no secret', 'channels:\n  one: {platform: telegram, token: {file: none}, chat: 1}\n', /^digestd\.yaml:2:36: token: .*none: No such file or directory\n$/],
    ['certificates that are not there', 'ca: none.pem\nchannels: {hall: {platform: room}}\n', /^digestd\.yaml:1:5: ca: .*none\.pem: No such file or directory\n$/],
    ['the same in Chinese', 'language: zh\nca: none.pem\nchannels: {hall: {platform: room}}\n', /^digestd\.yaml:2:5：ca：.*none\.pem：No such file or directory\n$/],
    ...['"@"', 'some words', '"@us"', '-100123456789012345678', '12345678901234567890', '-0', '"@1abc"'].map((chat) =>
      [`chat ${chat}`, telegram(`chat: ${chat}`), 'digestd.yaml:2:60: chat: is the group\'s id, such as -1001234567890, or a public group\'s name, such as "@mygroup"; send /where in the group and copy its line\n']),
    ['a chat in Chinese', `language: zh\n${telegram('chat: some words')}`, 'digestd.yaml:3:60：chat：要写群号，例如 -1001234567890，或公开群的名字，例如 "@mygroup"；在群里发 /where，照抄那一行\n'],
    ...['-7', '0', '12345678901'].map((topic) =>
      [`topic ${topic}`, telegram(`chat: -1001234567890, topic: ${topic}`), /^digestd\.yaml:2:\d+: topic: is the topic's id, a number from 1, such as 7; .*\n$/]),
    ['a key of the operator', `${telegram('chat: 1')}operator: {platform: room, chats: 1}\n`, 'digestd.yaml:3:28: operator has no key "chats"\n'],
    ['an empty file', '', 'digestd.yaml:1:1: there are no channels: to post to\n'],
    ['GBK', Buffer.from('language: zh\n# \xc4\xe3\xba\xc3\n', 'latin1'), 'digestd.yaml:2:3：不是 UTF-8；请存成 UTF-8\n'],
  ]) {
    test(`${what}: run and check give one line and exit 2`, async () => {
      writeFileSync(place.path('digestd.yaml'), bytes)
      for (const words of [['check'], ['run'], ['check', '--json']]) {
        const { code, out, err } = await place.run(...words)
        assert.equal(code, 2, words.join(' '))
        assert.equal(out, '')
        if (line instanceof RegExp) assert.match(err, line)
        else assert.equal(err, line)
      }
      assert.ok(!existsSync(place.path('digestd.db')))
    })
  }

  test('no file, a folder', async () => {
    for (const name of ['absent.yaml', 'folder']) {
      const { code, err } = await place.run('-c', name, 'check')
      assert.equal(code, 2)
      assert.match(err, new RegExp(`^${name}: .+\\n$`))
    }
  })
})
