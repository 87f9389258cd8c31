// Everything that goes out takes its proxy: posts, polls, pins, acknowledgements, check; a bot's own, the one for
// all, or none. What a proxy does wrong is told as that.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { edition, until } from './lib/daemon.mjs'
import { chatOf, Groups, PATIENT } from './lib/telegram.mjs'
import { startProxy } from './lib/proxy.mjs'
import { start } from './standin/telegram.mjs'

const SECRET = 'user:proxy-passWord_77'

describe('proxies', { timeout: 240000 }, () => {
  let at, all, own, plain
  const ports = (proxy) => [...new Set(proxy.asked.map((one) => `${one.kind} ${one.host}:${one.port}`))]

  before(async () => {
    all = await startProxy()
    own = await startProxy({ password: SECRET })
    plain = { one: await start({ token: '4301:of-its-own-proxy-0123456789' }), two: await start({ token: '4302:of-no-proxy-at-all-0123456789' }) }
    at = await Groups.open({ groups: 3, files: { 'posts/one.md': edition('One', 2), 'one.token': plain.one.token, 'two.token': plain.two.token,
        'proxy.secret': `${own.url('socks5h', `${SECRET}@`)}\n` },
      channels: [
        `behind: {platform: telegram, token: {file: one.token}, api: "http://telegram.test:${plain.one.port}", chat: -31, proxy: {file: proxy.secret}}`,
        `straight: {platform: telegram, token: {file: two.token}, api: "${plain.two.url}", chat: -32, proxy: off}`,
        `pinned: {bot: tg, chat: ${chatOf(9)}, from: news, start: newest, pin: true, posts: [{what: contents, when: published}]}`],
      more: `proxy: "${all.url('http')}"\n` })
    await at.start()
  })
  after(async () => {
    const output = at?.output ?? ''
    await at?.close()
    for (const one of [all, own, plain?.one, plain?.two]) await one?.stop()
    assert.ok(!output.includes('passWord'), 'the password of a proxy was printed')
  })

  test('the one for all: polls, posts, pins, acknowledgements', async () => {
    await until(() => at.tg.polling, 'a poll', PATIENT)
    await at.sent(['text', 'hello'], 'c0')
    assert.equal(at.messages(chatOf(0)).length, 1)
    await until(() => at.requests('pinChatMessage', chatOf(9)).length, 'the pin', PATIENT)
    at.tg.press({ chat: chatOf(1), data: '/help', message_id: 1, user: 91 })
    await until(() => at.requests('answerCallbackQuery').length, 'the acknowledgement', PATIENT)
    assert.deepEqual(ports(all), [`connect 127.0.0.1:${at.tg.port}`]) // and of nothing else
    // Each of the connections; the newest may not have brought its request yet.
    const connections = () => new Set(at.tg.requests.map((one) => one.connection)).size
    await until(() => all.asked.length === connections(), 'each connection through the proxy')
  })

  test("a bot's own, with a password and a name only the proxy knows", async () => {
    await at.sent(['text', 'hello'], 'behind')
    await until(() => plain.one.polling, 'a poll', PATIENT)
    assert.equal(plain.one.messages.length, 1)
    assert.deepEqual(ports(own), [`socks5 telegram.test:${plain.one.port}`])
  })

  test('off: none', async () => {
    await at.sent(['text', 'hello'], 'straight')
    await until(() => plain.two.polling, 'a poll', PATIENT)
    assert.equal(plain.two.messages.length, 1)
  })

  test('check --online takes the same ways', async () => {
    const [before, mine] = [all.asked.length, own.asked.length]
    const { code, out } = await at.run('check', '--online')
    assert.equal(code, 0, out)
    assert.equal(own.asked.length, mine + 1)
    assert.equal(all.asked.length, before + 4) // c0, c1, c2, pinned
  })

  test('a proxy that is down: nothing left, told as its fault; other ways go on; it goes on by itself', async () => {
    await all.stop()
    const { code, out, err } = await at.run('post', 'text', 'later', '--to', 'c2', '--key', 'later')
    assert.equal(code, 0, out + err)
    const row = async () => (await at.deliveries()).find((one) => one.subject === 'key:later')
    await until(async () => /cannot be reached through the proxy/.test((await row())?.error ?? ''), 'a try', PATIENT)
    assert.match((await row()).error, new RegExp(`the proxy 127\\.0\\.0\\.1:${all.port} does not answer`))
    assert.equal(at.messages(chatOf(2)).length, 0)
    const online = await at.run('check', '--online')
    assert.equal(online.code, 1)
    assert.match(online.out, /^c0: .* cannot be reached through the proxy\. Look at it, and at proxy:\. \[.*the proxy .* does not answer/m)
    assert.match(online.out, /^straight: token and chat are right$/m)
    await at.sent(['text', 'meanwhile'], 'behind')
    await at.sent(['text', 'meanwhile'], 'straight')
    await until(() => /tg: .*cannot be reached through the proxy/.test(at.output), 'the warning', PATIENT)
    await all.again()
    await until(() => at.messages(chatOf(2)).length === 1, 'the post', PATIENT)
    assert.equal((await row()).state, 'sent')
  })

  test('a wrong password is told as that', async () => {
    at.write('proxy.secret', own.url('http', 'user:wrong-passWord@'))
    const { code, out } = await at.run('check', '--online')
    assert.equal(code, 1)
    assert.match(out, new RegExp(`^behind: .*the proxy 127\\.0\\.0\\.1:${own.port} wants another name and password \\(407\\)`, 'm'))
  })
})
