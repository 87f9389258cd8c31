// Telegram by webhook: pushed updates are answered once, nothing is lost when the daemon dies between, nobody else is
// heard, and a bot changes between polling and the hook by SIGHUP.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { edition, sleep, slow, until } from './lib/daemon.mjs'
import { chatOf, Groups, PATIENT, TOKEN } from './lib/telegram.mjs'

const shell = spawnSync('sqlite3', ['--version']).status === 0
const PUBLIC = 'https://digest.test'

describe('hooks', { timeout: 300000 }, () => {
  let at, port, secret
  /** What a reverse proxy does: the path as it is, the Host as it was asked for. */
  const post = (path, { body = '{}', headers = {}, method = 'POST' } = {}) => new Promise((done, fail) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers: { Host: 'digest.test', ...(method === 'POST' && { 'Content-Length': Buffer.byteLength(body) }), ...headers } },
      (response) => { let text = ''; response.on('data', (more) => { text += more }).on('end', () => done({ status: response.statusCode, text, headers: response.headers })) })
    asked.on('error', fail)
    asked.end(method === 'POST' ? body : undefined)
  })
  const withSecret = (value = secret) => ({ 'X-Telegram-Bot-Api-Secret-Token': value })
  const update = (update_id, text, chat = chatOf(5), date = Math.floor(Date.now() / 1000)) => JSON.stringify({ update_id, message: { message_id: update_id,
    from: { id: update_id, is_bot: false, first_name: 'A' }, chat: { id: chat, type: 'supergroup', title: 'x' }, date, text,
    ...(text.startsWith('/') && { entities: [{ type: 'bot_command', offset: 0, length: text.split(' ')[0].length }] }) } })
  const started = async () => {
    const from = at.output.length
    await at.start()
    port = Number(/hooks: platforms may push to port (\d+)/.exec(at.output.slice(from))[1])
    at.tg.settings({ reach: (url) => url.replace(PUBLIC, `http://127.0.0.1:${port}`) })
  }
  const write = (flag) => at.write('digestd.yaml', readFileSync(at.path('digestd.yaml'), 'utf8').replace(/hook: (true|false)/, `hook: ${flag}`))
  const reload = async (flag) => { write(flag); at.child.kill('SIGHUP') }

  before(async () => {
    at = await Groups.open({ groups: 30, files: { 'posts/one.md': edition('One', 3) } })
    const text = readFileSync(at.path('digestd.yaml'), 'utf8')
    at.write('digestd.yaml', text.replace('http: {listen: "127.0.0.1:0"}', `http: {listen: "127.0.0.1:0", hooks: "127.0.0.1:0", public: "${PUBLIC}"}`)
      .replace('token: {file: tg.token},', 'token: {file: tg.token}, hook: true,'))
    await started()
    await until(() => at.tg.webhook, 'the hook', PATIENT)
    secret = at.tg.webhook.secret
  })
  after(async () => {
    const output = at?.output ?? ''
    await at?.close()
    assert.ok(!output.includes(TOKEN.slice(5)), 'the token was printed')
    assert.ok(!output.includes(secret), 'the secret of the hook was printed')
  })

  test('the hook is set with a secret, and nobody polls', () => {
    const { body } = at.requests('setWebhook').at(-1)
    assert.equal(body.url, `${PUBLIC}/hook/tg`)
    assert.match(body.secret_token, /^[0-9a-f]{64}$/)
    assert.deepEqual(body.allowed_updates, ['message', 'callback_query', 'my_chat_member'])
    assert.ok(body.max_connections <= 10)
    assert.equal(at.requests('getUpdates').length, 0)
    assert.ok(!secret.includes(TOKEN.slice(5)))
  })

  test('what is pushed is answered, once though it comes twice', async () => {
    at.tg.settings({ twice: true })
    await at.ask({ chat: chatOf(0), text: '/item 1', user: 51 })
    at.tg.press({ chat: chatOf(0), data: '/item 2', message_id: at.messages(chatOf(0)).at(-1).message_id, user: 52 })
    await until(() => at.requests('answerCallbackQuery').length, 'the acknowledgement', PATIENT)
    await at.heeded()
    at.tg.settings({ twice: false })
    assert.equal((await at.answers('/item 1')).length, 1)
    assert.equal((await at.answers('/item 2')).length, 1)
    assert.ok(at.tg.pushes.length >= 6 && at.tg.pushes.every((one) => one.status === 200), JSON.stringify(at.tg.pushes))
  })

  test('strangers: no secret, a wrong one, no such bot, other methods, too much', async () => {
    const before = (await at.answers()).length
    const asked = update(900001, '/item 3')
    const wrong = [{}, withSecret('x'), withSecret(`${secret}0`), withSecret(secret.replace(/^./, (c) => c === '0' ? '1' : '0')), withSecret('0'.repeat(600))]
    for (const headers of wrong) {
      const { status, text } = await post('/hook/tg', { body: asked, headers })
      assert.deepEqual({ status, text }, { status: 401, text: '' })
    }
    for (const path of ['/hook/nobody', '/hook/', '/', '/room', '/healthz', '/hook/tg/more']) {
      const { status, text } = await post(path, { body: asked, headers: withSecret() })
      assert.deepEqual({ path, status, text }, { path, status: 404, text: '' })
    }
    assert.equal((await post('/hook/tg', { method: 'GET', headers: withSecret() })).status, 405)
    assert.equal((await post('/hook/tg', { body: 'x'.repeat(300 << 10), headers: withSecret() })).status, 413)
    assert.equal((await post('/hook/tg', { body: asked, headers: { ...withSecret(), Host: 'evil.test' } })).status, 403)
    await at.heeded()
    assert.equal((await at.answers()).length, before + 1)
    assert.equal(at.output.split('without the right secret').length, 2, 'said once')
  })

  test('what is no update is taken, or it would come for ever', async () => {
    for (const body of ['', '{}', 'nonsense', '[]', '{"update_id":1}', '{"update_id":900010,"message":17}'])
      assert.equal((await post('/hook/tg', { body, headers: withSecret() })).status, 200, body)
  })

  test('two at once on one connection: one answer at most, the connection ends, the daemon lives', async () => {
    const one = (id, text) => {
      const body = update(id, text, chatOf(20 + id % 10))
      return `POST /hook/tg HTTP/1.1\r\nHost: digest.test\r\nX-Telegram-Bot-Api-Secret-Token: ${secret}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
    }
    for (let i = 0; i < 3; i++) {
      const text = await new Promise((done, fail) => {
        let got = ''
        const socket = connect(port, '127.0.0.1', () => socket.write(one(900100 + i * 2, '/help') + one(900101 + i * 2, '/help')))
        socket.on('data', (more) => { got += more }).on('close', () => done(got)).on('error', (error) => error.code === 'ECONNRESET' ? done(got) : fail(error))
        setTimeout(() => fail(new Error('the connection stays open')), 8000 * slow).unref()
      })
      assert.ok(text.split('HTTP/1.1 ').length <= 2, text)
    }
    await at.heeded()
  })

  test('many at once: each is answered with 200, or with 503 to come again', async () => {
    const all = await Promise.all(Array.from({ length: 60 }, (_, i) => post('/hook/tg', { body: update(900200 + i, 'hello'), headers: withSecret() }).then(({ status }) => status, () => 0)))
    assert.ok(all.includes(200))
    assert.ok(all.every((status) => [200, 503].includes(status)), all.join())
  })

  test('killed between: nothing is lost, nothing comes twice', async () => {
    const texts = Array.from({ length: 8 }, (_, i) => `/search lantern${i}`)
    const kill = [2, 5]
    for (const [i, text] of texts.entries()) {
      at.tg.say({ chat: chatOf(10 + i), text, user: 300 + i })
      if (!kill.includes(i)) continue
      await sleep(i === 2 ? 0 : 15)
      at.child.kill('SIGKILL')
      await at.ended
      at.code = undefined
      await started()
    }
    await until(() => !at.tg.waiting, 'the pushes', PATIENT)
    await at.heeded()
    const seen = await at.answers()
    for (const text of texts) assert.equal(seen.filter((one) => one.subject === text).length, 1, text)
  })

  test('while nothing can be committed: 503, and taken when it comes again', { skip: shell ? false : 'no sqlite3' }, async () => {
    const other = spawn('sqlite3', [at.path('digestd.db')], { stdio: ['pipe', 'pipe', 'inherit'] })
    other.stdin.write("BEGIN IMMEDIATE;\nSELECT 'mine';\n")
    await new Promise((done) => other.stdout.once('data', done))
    const body = update(900280, '/search nothing-committed', chatOf(8))
    const refused = await post('/hook/tg', { body, headers: withSecret() })
    assert.deepEqual({ status: refused.status, text: refused.text }, { status: 503, text: '' })
    assert.ok(Number(refused.headers['retry-after']) <= 5)
    other.stdin.end('ROLLBACK;\n')
    await until(async () => (await post('/hook/tg', { body, headers: withSecret() })).status === 200, 'the second time', PATIENT)
    await at.heeded()
    assert.equal((await at.answers('/search nothing-committed')).length, 1)
  })

  test('SIGHUP to polling: the hook is taken away; and back', async () => {
    await reload('false')
    await until(() => at.tg.polling, 'a poll', PATIENT)
    assert.equal(at.tg.webhook, null)
    const methods = at.tg.requests.map((one) => one.method)
    assert.equal(methods.filter((one) => one === 'deleteWebhook').length, 1)
    assert.ok(!/tg: .*webhook/.test(at.output), 'nobody is told of it')
    assert.equal((await post('/hook/tg', { body: update(900300, '/item 1'), headers: withSecret() })).status, 404)
    await at.ask({ chat: chatOf(1), text: '/item 2', user: 71 })
    await reload('true')
    await until(() => at.tg.webhook, 'the hook', PATIENT)
    assert.equal(at.tg.webhook.secret, secret)
    await at.ask({ chat: chatOf(2), text: '/item 3', user: 72 })
  })

  test('started to poll where a hook is left: it is taken away', async () => {
    await at.stop()
    write('false')
    await started()
    await until(() => at.tg.polling, 'a poll', PATIENT)
    assert.equal(at.tg.webhook, null)
    await at.ask({ chat: chatOf(3), text: '/item 1', user: 73 })
    await at.stop()
    write('true')
    await started()
    await until(() => at.tg.webhook, 'the hook', PATIENT)
  })

  test('check --online: right; then what keeps Telegram out, and where to look', async () => {
    const good = await at.run('check', '--online')
    assert.equal(good.code, 0, good.out)
    assert.match(good.out, /^tg: the webhook is right, 0 wait$/m)
    at.tg.settings({ reach: () => 'http://127.0.0.1:9/' })
    at.tg.say({ chat: chatOf(4), text: '/item 1', user: 74 })
    await until(() => at.tg.webhook.error, 'the error', PATIENT)
    const bad = await at.run('check', '--online')
    assert.equal(bad.code, 1)
    assert.match(bad.out, /^tg: Telegram cannot deliver to https:\/\/digest\.test\/hook\/tg: .*firewall.*\[Connection refused\] 1 wait\.$/m)
    at.tg.settings({ reach: (url) => url.replace(PUBLIC, `http://127.0.0.1:${port}`) })
    await until(() => at.messages(chatOf(4)).length, 'the answer', PATIENT)
  })
})

describe('a hook that cannot be', () => {
  test('without http.hooks or http.public: line and column', async () => {
    const at = await Groups.open({ groups: 1 })
    const text = readFileSync(at.path('digestd.yaml'), 'utf8').replace('token: {file: tg.token},', 'token: {file: tg.token}, hook: true,')
    for (const [http, words] of [['', 'http.hooks'], [', hooks: "127.0.0.1:0"', 'http.public']])
      for (const language of ['en', 'zh']) {
        at.write('digestd.yaml', text.replace('127.0.0.1:0"}', `127.0.0.1:0"${http}}`).replace('language: en', `language: ${language}`))
        const { code, err } = await at.run('check')
        assert.equal(code, 2)
        assert.match(err, /^digestd\.yaml:8:\d+[:：]/)
        assert.ok(err.includes(`hook: ${language === 'en' ? 'needs' : '还要设'} ${words}`), err)
      }
    await at.close()
  })
})
