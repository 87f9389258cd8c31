// The stand-in itself: each thing the tests rely on, once.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { start } from './standin/telegram.mjs'

const G = -1001000000001

/** Starts one, runs the test, stops it. */
const withStandIn = (name, run, options) => test(name, { timeout: 20000 }, async () => {
  const tg = await start(options)
  const call = async (method, body = {}, token = tg.token) => {
    const response = await fetch(`${tg.url}/bot${token}/${method}`, { method: 'POST', body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json' }, redirect: 'manual' })
    const text = await response.text()
    const json = /^[{[]/.test(text) && !text.includes('\u0000') ? JSON.parse(text) : null
    return { status: response.status, text, headers: response.headers, ...json }
  }
  try {
    await run(tg, call)
  } finally {
    await tg.stop()
  }
})

withStandIn('tokens, methods, ids', async (tg, call) => {
  assert.equal((await call('getMe')).result.username, 'digest_bot')
  assert.equal((await call('GETME')).status, 200)
  assert.equal((await call('getMe', {}, 'wrong')).status, 401)
  assert.equal((await call('nothing')).description, 'Not Found: method not found')
  const first = await call('sendMessage', { chat_id: G, text: '<b>a</b>', parse_mode: 'HTML' })
  const second = await call('sendMessage', { chat_id: String(G), text: 'b' })
  assert.equal(second.result.message_id, first.result.message_id + 1)
  assert.deepEqual(first.result.entities, [{ type: 'bold', offset: 0, length: 1 }])
  assert.equal(first.result.chat.id, G)
})

withStandIn('refusals', async (tg, call) => {
  const refused = async (body, words, chat) => {
    if (chat) tg.chat({ id: G, type: 'supergroup', state: '', migrated_to: undefined, ...chat })
    const answer = await call('sendMessage', { chat_id: G, text: 'x', ...body })
    assert.equal(answer.ok, false, words)
    assert.ok(answer.description.includes(words), `${answer.description} instead of ${words}`)
    return answer
  }
  await refused({ text: 'a<br>', parse_mode: 'HTML' }, "can't parse entities: Unsupported start tag \"br\" at byte offset 1")
  await refused({ text: 'a.', parse_mode: 'MarkdownV2' }, "Character '.' is reserved")
  await refused({ text: 'x'.repeat(4097) }, 'message is too long')
  await refused({ text: 'x'.repeat(32769) }, 'text is too long')
  await refused({ text: ' \n' }, 'text must be non-empty')
  await refused({ reply_parameters: { message_id: 99 } }, 'message to be replied not found')
  await refused({ reply_markup: { inline_keyboard: [[{ text: 'x', callback_data: '词'.repeat(22) }]] } }, 'BUTTON_DATA_INVALID')
  await refused({ message_thread_id: 1 }, 'message thread not found', { forum: true, topics: [7] })
  await refused({ message_thread_id: 8 }, 'message thread not found')
  assert.equal((await call('sendMessage', { chat_id: G, text: 'x', message_thread_id: 7 })).result.message_thread_id, 7)
  assert.equal((await refused({}, 'bot was kicked from the supergroup chat', { state: 'kicked' })).status, 403)
  assert.equal((await refused({}, 'not enough rights', { state: 'norights' })).status, 400)
  assert.equal((await refused({}, 'upgraded', { migrated_to: -1009007199254740 })).parameters.migrate_to_chat_id,
    -1009007199254740)
  tg.settings({ open: false })
  await refused({ chat_id: -5 }, 'chat not found')
})

withStandIn('faults', async (tg, call) => {
  const body = { chat_id: G, text: 'x' }
  const count = () => tg.messages.length
  tg.fault({ kind: '429', retry_after: 7 })
  const flood = await call('sendMessage', body)
  assert.deepEqual([flood.status, flood.parameters.retry_after, flood.headers.get('retry-after')], [429, 7, '7'])
  tg.fault({ kind: '500' })
  assert.equal((await call('sendMessage', body)).error_code, 500)
  tg.fault({ kind: 'html', status: 503, headers: { 'Retry-After': '3' } })
  assert.match((await call('sendMessage', body)).text, /<html>/)
  tg.fault({ kind: 'redirect' })
  assert.equal((await call('sendMessage', body)).status, 302)
  tg.fault({ kind: 'reset' })
  await assert.rejects(call('sendMessage', body))
  assert.equal(count(), 0, 'none of these was taken')
  for (const kind of ['close', 'midbody']) {
    tg.fault({ kind })
    await assert.rejects(call('sendMessage', body))
  }
  tg.fault({ kind: 'html', stored: true })
  assert.equal((await call('sendMessage', body)).status, 502)
  tg.fault({ kind: 'garbage' })
  assert.equal((await call('sendMessage', body)).ok, undefined)
  tg.fault({ kind: 'noresult' })
  assert.equal((await call('sendMessage', body)).result, undefined)
  tg.fault({ kind: 'cut' })
  await assert.rejects(call('sendMessage', body), SyntaxError)
  tg.fault({ kind: 'huge', size: 1 << 20 })
  assert.ok((await call('sendMessage', body)).text.length > 1 << 20)
  assert.equal(count(), 7, 'all of these were')
  tg.fault({ kind: 'refuse', code: 400, description: 'Bad Request: x', method: 'getChat', skip: 1 })
  assert.equal((await call('getChat', { chat_id: G })).ok, true)
  assert.equal((await call('getChat', { chat_id: G })).description, 'Bad Request: x')
  assert.equal((await call('getChat', { chat_id: G })).ok, true)
})

withStandIn('pace', async (tg, call) => {
  tg.settings({ pacing: true, perSecond: 2, perMinute: 3 })
  const statuses = []
  for (let i = 0; i < 3; i++) statuses.push((await call('sendMessage', { chat_id: G, text: 'x' })).status)
  assert.deepEqual(statuses, [200, 200, 429])
})

withStandIn('updates', async (tg, call) => {
  const waiting = call('getUpdates', { timeout: 10 })
  await new Promise((done) => setTimeout(done, 100))
  assert.ok(tg.polling)
  const id = tg.say({ text: '/week@digest_bot', chat: G })
  const [update] = (await waiting).result
  assert.deepEqual([update.update_id, update.message.entities[0].length], [id, 16])
  assert.equal((await call('getUpdates', {})).result.length, 1, 'not confirmed')
  assert.equal((await call('getUpdates', { offset: id + 1 })).result.length, 0)
  tg.updates({ update_id: 5, message: { text: 'lower' } })
  assert.equal((await call('getUpdates', { offset: id + 1 })).result[0].update_id, 5, 'ids may begin anew')
  const first = call('getUpdates', { offset: 6, timeout: 10 })
  await new Promise((done) => setTimeout(done, 100))
  const second = call('getUpdates', { offset: 6 })
  assert.equal((await first).error_code, 409)
  assert.equal((await second).ok, true)
  await call('setWebhook', { url: 'https://example.org/' })
  assert.match((await call('getUpdates', {})).description, /webhook is active/)
  await call('deleteWebhook')
  tg.settings({ redeliver: 1 })
  assert.equal((await call('getUpdates', { offset: 6 })).result.length, 1, 'once more')
})

test('the journal has the body before there is an answer; the second on a connection is lost', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'digestd-standin-'))
  const journal = join(folder, 'journal.jsonl')
  const tg = await start({ journal })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const post = (text) => new Promise((resolve, reject) => {
    const request = httpRequest(`${tg.url}/bot${tg.token}/sendMessage`, { method: 'POST', agent,
      headers: { 'Content-Type': 'application/json' } }, (response) => response.resume().on('end', () => resolve(response.statusCode)))
    request.on('error', reject)
    request.end(JSON.stringify({ chat_id: G, text }))
  })
  try {
    tg.settings({ second: 'close' })
    assert.equal(await post('one'), 200)
    await assert.rejects(post('two'))
    const lines = readFileSync(journal, 'utf8').trim().split('\n').map((line) => JSON.parse(line))
    assert.deepEqual(lines.map((line) => line.outcome ?? JSON.parse(line.raw).text), ['one', 'ok', 'two', 'ok'])
    assert.deepEqual(tg.requests.map((entry) => entry.on_connection), [1, 2])
  } finally {
    agent.destroy()
    await tg.stop()
    rmSync(folder, { recursive: true })
  }
})

withStandIn('control over HTTP', async (tg) => {
  const control = async (name, body) => (await fetch(`${tg.url}/_control/${name}`, { method: body ? 'POST' : 'GET',
    body: body && JSON.stringify(body) })).json()
  assert.equal(await control('say', { text: 'hello' }), 1000)
  assert.equal((await control('state')).waiting, 1)
  assert.deepEqual(await control('requests'), [])
  assert.match((await control('nothing')).error, /no control/)
})
