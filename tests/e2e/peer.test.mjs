// The same against a Bot API server that others wrote: npm's telegram-test-api.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { edition, Place, until } from './lib/daemon.mjs'
import { chatOf, configuration, PATIENT, TOKEN } from './lib/telegram.mjs'

let TelegramServer
try {
  TelegramServer = createRequire(import.meta.url)('telegram-test-api')
  TelegramServer = TelegramServer.TelegramServer ?? TelegramServer.default ?? TelegramServer
} catch { /* skipped below */ }

const freePort = () => new Promise((done) => {
  const server = createServer().listen(0, '127.0.0.1', () => { const { port } = server.address(); server.close(() => done(port)) })
})

test('posts and answers through telegram-test-api', { timeout: 120000,
  skip: TelegramServer ? false : 'telegram-test-api is not installed: npm ci in tests/e2e' }, async () => {
  const server = new TelegramServer({ port: await freePort(), host: '127.0.0.1' })
  await server.start()
  const place = new Place({ 'tg.token': `${TOKEN}\n`, 'posts/one.md': edition('One', 8),
    'digestd.yaml': configuration({ api: server.config.apiURL, groups: 3 }) })
  const told = (chat) => server.storage.botMessages.map((one) => one.message).filter((one) => Number(one.chat_id) === chat)
  try {
    await place.start()
    const posted = await place.run('post', 'item', '1', '--to', 'c0', '--wait')
    assert.equal(posted.code, 0, posted.out + posted.err)
    assert.equal(told(chatOf(0)).length, 1)
    assert.match(told(chatOf(0))[0].text, /<b>One story 1<\/b>/)
    assert.equal(told(chatOf(0))[0].disable_notification, true)
    const [row] = await place.deliveries()
    assert.ok(Number(row.remote_id) > 0)

    const member = server.getClient(TOKEN, { chatId: chatOf(1), userId: 31, type: 'supergroup' })
    await member.sendCommand(member.makeCommand('/item 2'))
    await until(() => told(chatOf(1)).length, 'the answer', PATIENT)
    assert.match(told(chatOf(1))[0].text, /One story 2/)

    const seeker = server.getClient(TOKEN, { chatId: chatOf(2), userId: 32, type: 'supergroup' })
    await seeker.sendMessage(seeker.makeMessage('@TestNameBot lantern'))
    await until(() => told(chatOf(2)).length, 'what was found', PATIENT)
    const found = server.storage.botMessages.find((one) => Number(one.message.chat_id) === chatOf(2))
    const next = found.message.reply_markup.inline_keyboard.flat().find((one) => /Next/.test(one.text))
    const press = seeker.makeCallbackQuery(next.callback_data)
    await seeker.sendCallback({ ...press, message: { ...press.message, message_id: found.messageId } })
    await until(() => /page 2/.test(found.message.text), 'the second page', PATIENT)
    assert.deepEqual([told(chatOf(0)).length, told(chatOf(1)).length, told(chatOf(2)).length], [1, 1, 1])
  } finally {
    await place.remove()
    await server.stop()
  }
})
