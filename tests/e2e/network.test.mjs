// What a network does to a post: the delivery ends where it should, the others go on, a clear word, a quick room.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { edition, slow, until } from './lib/daemon.mjs'
import { chatOf, Groups, PATIENT, TOKEN } from './lib/telegram.mjs'
import { Socket } from './lib/ws.mjs'
import { start } from './standin/telegram.mjs'

/** A certificate nobody knows, for 127.0.0.1. */
function certificate() {
  const folder = mkdtempSync(join(tmpdir(), 'digestd-tls-'))
  try {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj',
      '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', join(folder, 'key'), '-out', join(folder, 'cert')], { stdio: 'ignore' })
    return { key: readFileSync(join(folder, 'key')), cert: readFileSync(join(folder, 'cert')) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('bad networks', { timeout: 240000 }, () => {
  let at, elsewhere, strangers = 0, tls, socket, said = 0
  const own = (name, api, chat) => `${name}: {platform: telegram, token: {file: ${name}.token}, api: "${api}", chat: ${chat}, from: news}`

  before(async () => {
    const pair = certificate()
    tls = await start({ token: '4201:of-the-one-with-the-certificate', tls: pair })
    elsewhere = createServer((request, response) => { strangers++; response.end('{"ok":true,"result":{"message_id":1}}') })
    await new Promise((done) => elsewhere.listen(0, '127.0.0.1', done))
    const closed = createServer()
    await new Promise((done) => closed.listen(0, '127.0.0.1', done))
    const { port } = closed.address()
    await new Promise((done) => closed.close(done))
    at = await Groups.open({ groups: 30, files: { 'posts/one.md': edition('One', 2), 'cert.pem': pair.cert.toString(),
        'wrongcert.token': tls.token, 'refused.token': '4202:of-the-one-nobody-hears' },
      channels: [own('refused', `http://127.0.0.1:${port}`, -1), own('wrongcert', tls.url, -2), 'hall: {platform: room, from: news, start: none}'] })
    await at.start()
    const page = Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(at.output)[1])
    socket = await new Socket(page).opened
    socket.send({ t: 'hello', channel: '', after: 0, epoch: '', client: 'n1', language: 'en' })
    await socket.next((message) => message.t === 'ready')
  })
  after(async () => {
    socket?.close()
    const output = at?.output ?? ''
    await at?.close()
    await tls?.stop()
    elsewhere?.closeAllConnections()
    await new Promise((done) => elsewhere.close(done))
    assert.ok(!output.includes(TOKEN.slice(5)), 'the token was printed')
  })

  /** The room answers within a second, whatever hangs elsewhere. */
  async function quick() {
    if (++said > 6) return // more a minute are not answered
    const began = Date.now()
    socket.send({ t: 'say', ref: `q${said}`, name: 'A', text: '/item 1' })
    await socket.next((message) => message.t === 'row' && message.row.kind === 'answer', 5000 * slow)
    assert.ok(Date.now() - began < 1000 * slow, `the room took ${Date.now() - began} ms`)
  }

  let other = 20
  /** Another channel of the same bot is told meanwhile. */
  const others = () => at.sent(['text', 'meanwhile'], `c${other++}`)
  const post = async (channel, key) => {
    const { code, out, err } = await at.run('post', 'text', key, '--to', channel, '--key', key)
    assert.equal(code, 0, out + err)
  }
  const row = async (key) => (await at.deliveries()).find((one) => one.subject === `key:${key}`)
  const becomes = (key, state) => until(async () => (await row(key))?.state === state, `${key} ${state}`, PATIENT)

  test('one byte a second: the answer is given up after half a minute', async () => {
    at.tg.fault({ kind: 'slow', method: 'sendMessage', chat: chatOf(0) })
    await post('c0', 'slow')
    await until(() => at.messages(chatOf(0)).length, 'the request')
    assert.equal((await row('slow')).state, 'sending')
    await quick()
    await others()
  })

  const cases = [
    ['a page of a proxy', { kind: 'html' }, 'unknown', 'c1'],
    ['a page that says 200', { kind: 'html', status: 200 }, 'unknown', 'c2'],
    ['half of the JSON', { kind: 'cut' }, 'unknown', 'c3'],
    ['a connection closed within the answer', { kind: 'midbody' }, 'unknown', 'c4'],
    ['garbage', { kind: 'garbage' }, 'unknown', 'c5'],
    ['success without a message', { kind: 'noresult' }, 'unknown', 'c6'],
    ['ten megabytes', { kind: 'huge' }, 'unknown', 'c7'],
    ['500', { kind: '500' }, 'unknown', 'c8'],
  ]
  for (const [words, fault, state, channel] of cases)
    test(`${words}: ${state}, said, and not sent again`, async () => {
      const chat = chatOf(Number(channel.slice(1)))
      at.tg.fault({ ...fault, method: 'sendMessage', chat })
      await post(channel, channel)
      await becomes(channel, state)
      const line = await until(() => at.output.split('\n').find((one) => one.includes(` ${channel}: `) && /may or may not be/.test(one)), 'the clear word')
      assert.match(line, /digestd resolve \d+/)
      assert.ok((await row(channel)).error)
      assert.equal(at.requests('sendMessage', chat).length, 1)
      await others()
    })

  test('the room is quick after ten megabytes', quick)

  test('a redirect is not followed; the post waits and goes later', async () => {
    const chat = chatOf(9)
    at.tg.fault({ kind: 'redirect', method: 'sendMessage', chat, location: `http://127.0.0.1:${elsewhere.address().port}/x` })
    await post('c9', 'redirected')
    await becomes('redirected', 'sent')
    assert.equal(strangers, 0)
    assert.equal(at.requests('sendMessage', chat).length, 2)
    assert.equal((await row('redirected')).attempts, 2)
  })

  test('connection refused: nothing left, the post stays due, said once', async () => {
    await post('refused', 'nobody')
    await until(async () => (await row('nobody'))?.attempts >= 2, 'a second try', PATIENT)
    assert.ok(['due', 'sending'].includes((await row('nobody')).state))
    await until(() => /refused: 127\.0\.0\.1:\d+ does not answer/.test(at.output), 'the clear word', PATIENT)
    await quick()
    await others()
  })

  test('a certificate nobody knows: nothing left, and why is said', async () => {
    await post('wrongcert', 'secret')
    await until(async () => (await row('secret'))?.attempts >= 1 && (await row('secret')).error, 'a try', PATIENT)
    assert.match((await row('secret')).error, /certificate/)
    assert.ok(['due', 'sending'].includes((await row('secret')).state))
    assert.equal(tls.requests.length, 0)
    await until(() => /wrongcert: .*certificate that is not accepted/.test(at.output), 'the clear word', PATIENT)
  })

  test('the slow one is unknown, once', async () => {
    await becomes('slow', 'unknown')
    assert.equal(at.messages(chatOf(0)).length, 1)
    assert.equal(at.requests('sendMessage', chatOf(0)).length, 1)
    await quick()
  })

  test('with ca: the certificate is known', async () => {
    await at.stop()
    at.write('digestd.yaml', `${readFileSync(at.path('digestd.yaml'), 'utf8')}ca: cert.pem\n`)
    await at.start()
    tls.say({ chat: -77, text: '/where', user: 41 })
    await until(() => tls.messages.length === 1, 'the answer', PATIENT)
    assert.match(tls.messages[0].text, /chat: -77/)
  })
})
