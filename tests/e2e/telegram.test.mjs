// Telegram, end to end: the real program against a stand-in as strict as the Bot API.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { edition, until } from './lib/daemon.mjs'
import { chatOf, EDITOR, Groups, PATIENT, said, TOKEN } from './lib/telegram.mjs'

const body = (request) => JSON.parse(request.raw)
const joiner = '\u2060'

/** The place is closed afterwards, and the token has been nowhere in what the program said. */
function close(place) {
  return async () => {
    if (!place.at) return
    const { output } = place.at
    await place.at.close()
    assert.ok(!output.includes(TOKEN) && !output.includes(TOKEN.slice(5, 20)), 'the token was printed')
  }
}

describe('posts', { timeout: 240000 }, () => {
  const place = {}
  const weekly = chatOf(900), forum = chatOf(901)
  before(async () => {
    place.at = await Groups.open({
      files: { 'posts/old.md': edition('Old', 2) },
      channels: [`weekly: {bot: tg, chat: ${weekly}, from: news, pin: true, posts: [{what: contents, when: published}]}`,
        `talk: {bot: tg, chat: ${forum}, topic: 7, from: news}`] })
    place.at.tg.chat({ id: forum, forum: true, topics: [7], title: 'Forum' })
    await place.at.start()
  })
  after(close(place))

  test('a new file: its contents are told, loud and pinned; the old one is not', async () => {
    const { at } = place
    at.write('posts/new.md', edition('New', 3, '/start @everybody'))
    await until(() => at.tg.chat({ id: weekly }).pinned, 'the pinned contents', PATIENT)
    const sent = at.requests('sendMessage')
    assert.equal(sent.length, 1)
    const request = body(sent[0])
    assert.equal(request.chat_id, weekly)
    assert.equal(request.disable_notification, undefined)
    assert.equal(request.parse_mode, 'HTML')
    assert.equal(request.link_preview_options.is_disabled, true)
    assert.match(at.messages(weekly)[0].text, /New story 1[^]*New story 3/)
    assert.equal(at.tg.chat({ id: weekly }).pinned, at.messages(weekly)[0].message_id)
    assert.equal(body(at.requests('pinChatMessage')[0]).disable_notification, true)
  })

  test('an item by hand: silent, in its topic, no preview, nothing in it alive', async () => {
    const { at } = place
    await at.sent(['item', '2'], 'talk')
    const request = body(at.requests('sendMessage', forum)[0])
    assert.equal(request.disable_notification, true)
    assert.equal(request.message_thread_id, 7)
    assert.equal(request.link_preview_options.is_disabled, true)
    assert.match(request.text, /wrote down &lt;how&gt; &amp; why/)
    assert.ok(request.text.includes(`/${joiner}start`) && request.text.includes(`@${joiner}everybody`), request.text)
  })

  test('the question replies to the post of its item', async () => {
    const { at } = place
    await at.sent(['question'], 'talk')
    const [item, question] = at.messages(forum)
    assert.match(question.text, /number 2\?/)
    assert.equal(question.reply_to_message.message_id, item.message_id)
    assert.equal(question.message_thread_id, 7)
    assert.equal(question.about.silent, true)
  })

  test('members talk below the question: that is no search', async () => {
    const { at } = place
    const question = at.messages(forum)[1]
    at.tg.say({ chat: forum, topic: 7, text: 'lantern', reply_to: question.message_id, user: 31 })
    at.tg.say({ chat: forum, topic: 7, text: 'I would ask who pays for it', reply_to: question.message_id, user: 32 })
    await at.heeded()
    assert.deepEqual((await at.answers()).map((row) => row.subject), Array(at.elsewhere).fill('/where'))
  })

  test('a press below the contents asks; the contents stay', async () => {
    const { at } = place
    const [contents] = at.messages(weekly)
    const { text } = contents
    const button = contents.reply_markup.inline_keyboard.flat().find((one) => one.callback_data?.startsWith('/item'))
    assert.ok(button, 'the contents have a button')
    at.tg.press({ chat: weekly, message_id: contents.message_id, data: button.callback_data, user: 33 })
    await until(() => at.messages(weekly).length === 2, 'the answer', PATIENT)
    assert.equal(at.messages(weekly)[1].reply_to_message.message_id, contents.message_id)
    assert.equal(contents.text, text)
    assert.equal(at.requests('editMessageText').length, 0)
    await until(() => at.requests('answerCallbackQuery').length === 1, 'the end of the little clock')
  })
})

describe('questions', { timeout: 400000 }, () => {
  const place = {}
  const named = chatOf(800), forum = chatOf(801), direct = 77001
  let next = 0
  /** A group nobody asked in yet. */
  const group = () => chatOf(next++)
  before(async () => {
    place.at = await Groups.open({
      files: { 'posts/one.md': edition('One', 9) }, groups: 30,
      channels: [`named: {bot: tg, chat: "@DigestGroup", from: news}`, `direct: {bot: tg, chat: ${direct}, from: news}`,
        `other: {bot: tg, chat: ${forum}, topic: 7, from: news}`,
        `general: {bot: tg, chat: ${forum}, topic: 1, from: news, language: zh}`] })
    place.at.tg.chat({ id: named, username: 'digestgroup' })
    place.at.tg.chat({ id: forum, forum: true, topics: [7] })
    await place.at.start()
  })
  after(close(place))

  test('the menu stands in both languages', async () => {
    const { tg } = place.at
    await until(() => tg.polling, 'polling')
    const set = Object.fromEntries(tg.commands.map((one) => [one.language, one.commands]))
    assert.deepEqual(Object.keys(set).sort(), ['', 'en', 'zh'])
    for (const list of Object.values(set)) {
      assert.ok(['week', 'item', 'question', 'search', 'next', 'help'].every((name) => list.some((one) => one.command === name)))
      assert.ok(!list.some((one) => ['post', 'hold', 'resume', 'status'].includes(one.command)))
    }
    assert.match(set.zh.find((one) => one.command === 'week').description, /[一-龥]/)
    assert.match(set.en.find((one) => one.command === 'week').description, /^[ -~]+$/)
  })

  test('commands in a group and alone with the bot', async () => {
    const { at } = place
    const cases = [['/week', /One story 1/], ['/item 2', /One story 2/], ['/question', /What would you ask/], ['/search lantern', /stor/],
      ['/week@digest_bot', /One story 1/], ['/WEEK@Digest_Bot', /One story 1/], ['@digest_bot 第3条', /One story 3/],
      ['item 4 @digest_bot', /One story 4/], ['@digest_bot lantern', /stor/], ['／week', /One story 1/]]
    const asked = cases.map(([text, wanted], i) => ({ chat: group(), text, user: 2000 + i, wanted }))
    for (const { wanted, ...one } of asked) at.tg.say(one)
    for (const { chat, text, wanted } of asked) {
      await until(() => at.messages(chat).length, `the answer to ${text}`, PATIENT)
      assert.match(at.messages(chat)[0].text, wanted, text)
      const request = body(at.requests('sendMessage', chat)[0])
      assert.ok(request.reply_parameters.message_id > 0, 'an answer replies')
      assert.equal(request.disable_notification, true)
    }
    assert.match((await at.ask({ chat: direct, text: '5', user: direct })).text, /One story 5/)
    assert.match((await at.ask({ chat: named, text: '/item 6', user: 2100 })).text, /One story 6/)
    await at.heeded()
    for (const { chat, text } of asked) assert.equal(at.messages(chat).length, 1, text)
  })

  test('what is not for us stays unanswered', async () => {
    const { at } = place
    const chat = group()
    const said = (await at.answers()).length
    for (const text of ['/week@otherbot', '/frobnicate', '/frobnicate 3', 'hello', '第2条', '本周', 'a/week', '@digest_botX /week'])
      at.tg.say({ chat, text, user: 2200 })
    at.tg.say({ chat, text: '/week', user: { id: 2201, is_bot: true, first_name: 'Bot' } })
    at.tg.say({ chat, text: '/week', user: 2202, date: Math.floor(Date.now() / 1000) - 600 }) // said ten minutes ago
    at.tg.say({ chat: -8123, text: '/week', user: 2203 }) // a chat that is not configured
    await at.heeded()
    assert.deepEqual((await at.answers()).slice(said).map((row) => row.subject), ['/where'])
    assert.equal(at.messages(chat).length, 0)
  })

  test('the general topic is "1" and ""', async () => {
    const { at } = place
    const general = await at.ask({ chat: forum, text: '/help', user: 2300 })
    assert.match(general.text, /可以这样问/)
    assert.equal(general.message_thread_id, undefined)
    const other = await at.ask({ chat: forum, topic: 7, text: '/help', user: 2301 })
    assert.match(other.text, /What you can ask/)
    assert.equal(other.message_thread_id, 7)
    assert.ok(other.about.raw.includes('/week') && !other.about.raw.includes(joiner), 'the commands of the list can be tapped')
  })

  test('an unconfigured chat learns its own line', async () => {
    const { at } = place
    const answer = await at.ask({ chat: -100777, text: '/where', user: 2400 })
    assert.match(answer.text, /bot: tg, chat: -100777, from: news/)
    assert.match(answer.text, /telegram:2400/)
    assert.match((await at.ask({ chat: -100778, text: '/help', user: 2401 })).text, /not connected/)
  })

  test('the same update twice, out of order, and again after a restart: one answer', async () => {
    const { at } = place
    const [a, b, c] = [group(), group(), group()]
    at.tg.updates([said(900007, '/item 1', { chat: a, user: 2501 }), said(900003, '/item 2', { chat: b, user: 2502 }),
      said(900007, '/item 1', { chat: a, user: 2501 })])
    await until(() => at.messages(a).length && at.messages(b).length, 'both answers', PATIENT)
    at.tg.settings({ redeliver: 100 })
    at.tg.updates([said(900005, '/item 3', { chat: c, user: 2503 }), said(900010, '/week@otherbot', { chat: c, user: 2503 })])
    await until(() => at.messages(c).length, 'the late one', PATIENT)
    const answers = (await at.answers()).length
    await at.stop('SIGKILL')
    at.tg.settings({ redeliver: 100 }) // as if the offset had been lost
    await at.start()
    await at.heeded()
    assert.equal((await at.answers()).length, answers + 1, 'only the last one is new')
    for (const chat of [a, b, c]) assert.equal(at.messages(chat).length, 1)
  })

  test('a page is turned in its place', async () => {
    const { at } = place
    const chat = group()
    const first = await at.ask({ chat, text: '/search lantern', user: 2600 })
    const before = first.text, acks = at.requests('answerCallbackQuery').length
    const button = first.reply_markup.inline_keyboard.flat().find((one) => /Next/.test(one.text))
    at.tg.press({ chat, message_id: first.message_id, data: button.callback_data, user: 2600 })
    await until(() => at.requests('answerCallbackQuery').length === acks + 1, 'the answer to the press')
    await until(() => first.text !== before, 'the second page', PATIENT)
    assert.equal(at.messages(chat).length, 1)
    assert.match(first.text, /page 2/)
    assert.ok(first.reply_markup.inline_keyboard.flat().some((one) => /Previous/.test(one.text)))
  })

  test('forged presses harm nothing, and each is acknowledged', async () => {
    const { at } = place
    const chat = group()
    const [channel] = (await at.json('status'))
    const shown = await at.ask({ chat, text: '/help', user: 2700 })
    const { text } = shown, acks = at.requests('answerCallbackQuery').length
    const forged = ['/hold all', '/post 1', '', 'x'.repeat(64), '{"a":1}', '\u0000\u0001', '/item 99999999999999999999', '../../etc/passwd',
      '/hold@otherbot', '😀'.repeat(16)]
    forged.forEach((data, i) => at.tg.press({ chat, message_id: i % 2 ? shown.message_id : 424242, data, user: 2701 + i }))
    at.tg.updates({ callback_query: { id: '99', from: { id: 2790, is_bot: false, first_name: 'x' }, data: 7 } })
    await until(() => at.requests('answerCallbackQuery').length >= acks + forged.length, 'all acknowledgements', PATIENT)
    await at.heeded()
    assert.deepEqual((await at.json('status'))[0], channel)
    assert.equal((await at.deliveries()).filter((row) => row.kind === 'item').length, 0)
    assert.ok(at.child, 'it runs')
    assert.ok(text)
  })

  test('editors by their number, nobody else', async () => {
    const { at } = place
    const channels = ['c20', 'c21', 'c22', 'c23', 'c24', 'c25'], [a, b, c, d, e, f] = [20, 21, 22, 23, 24, 25].map(chatOf)
    at.tg.say({ chat: a, text: '/post 2', user: { id: 8, username: 'editor', first_name: 'telegram:7' } })
    await until(() => at.messages(a).length, 'the refusal', PATIENT)
    assert.match(at.messages(a)[0].text, /Only editors/)
    at.tg.say({ chat: b, text: '/post 2', user: EDITOR })
    await until(async () => (await at.deliveries()).some((row) => row.channel === channels[1] && row.kind === 'item' && row.state === 'sent'), 'the item', PATIENT)
    await at.ask({ chat: c, text: '/hold', user: EDITOR })
    await until(async () => /c22.*held/.test((await at.run('status')).out), 'the hold', PATIENT)
    assert.equal((await at.run('post', 'text', 'later', '--to', 'c22', '--key', 'later')).code, 0)
    assert.match((await at.ask({ chat: d, text: '/hold', user: 9 })).text, /Only editors/)
    assert.ok(!/c23.*held/.test((await at.run('status')).out))
    assert.match((await at.ask({ chat: e, text: '/status', user: EDITOR })).text, /c24/)
    assert.equal(at.messages(c).length, 1)
    await at.ask({ chat: f, text: '/resume c22', user: EDITOR })
    await until(async () => await at.state('later') === 'sent', 'the held text', PATIENT)
  })
})

describe('refusals', { timeout: 400000 }, () => {
  const place = {}
  const old = -4001, moved = chatOf(700)
  before(async () => {
    place.at = await Groups.open({ groups: 12, files: { 'posts/one.md': edition('One', 3) },
      channels: [`small: {bot: tg, chat: ${old}, from: news}`] })
    place.at.tg.chat({ id: old, type: 'group' })
    await place.at.start()
  })
  after(close(place))

  test('429: nothing before the time named, nothing lost, others go on; also over a restart', async () => {
    const { at } = place
    const chat = chatOf(0)
    at.tg.fault({ kind: '429', method: 'sendMessage', chat, retry_after: 6 })
    await at.run('post', 'text', 'first', '--to', 'c0', '--key', 'first')
    await until(() => at.requests('sendMessage', chat).length, 'the first try')
    await at.run('post', 'text', 'second', '--to', 'c0', '--key', 'second')
    await at.stop('SIGKILL')
    await at.start()
    await at.sent(['text', 'meanwhile'], 'c1')
    await until(() => at.messages(chat).length === 2, 'both', PATIENT)
    const [no, yes] = at.requests('sendMessage', chat)
    assert.ok(yes.at - no.at >= 6000, `${yes.at - no.at} ms`)
    assert.ok(at.requests('sendMessage', chatOf(1))[0].at < yes.at, 'the other chat did not wait')
    assert.deepEqual(at.messages(chat).map((message) => message.text), ['first', 'second'])
  })

  test('kicked: the channel pauses, its posts wait, and go on when the bot is back', async () => {
    const { at } = place
    const chat = chatOf(2)
    at.tg.chat({ id: chat, state: 'kicked' })
    await at.run('post', 'text', 'one', '--to', 'c2', '--key', 'one')
    await until(() => /c2.*(not in the chat|403)/.test(at.output), 'the clear word')
    await at.run('post', 'text', 'two', '--to', 'c2', '--key', 'two')
    assert.match((await at.run('status')).out, /c2.*(stopped|paused)/)
    await at.sent(['text', 'others'], 'c3')
    assert.deepEqual([await at.state('one'), await at.state('two')], ['due', undefined])
    assert.equal(at.requests('sendMessage', chat).length, 1)
    at.tg.chat({ id: chat, state: '' })
    at.member(chat, 'member')
    await until(() => at.messages(chat).length === 2, 'both posts', PATIENT)
    assert.deepEqual(at.messages(chat).map((message) => message.text), ['one', 'two'])
    at.member(chat, 'kicked')
    await until(async () => /c2.*(stopped|paused)/.test((await at.run('status')).out), 'the pause', PATIENT)
  })

  test('a group that became a supergroup: told once there, and remembered', async () => {
    const { at } = place
    at.tg.chat({ id: old, migrated_to: moved })
    await at.sent(['text', 'moved'], 'small')
    assert.equal(at.messages(moved).length, 1)
    await at.stop()
    await at.start()
    await at.sent(['text', 'again'], 'small')
    assert.deepEqual(at.requests('sendMessage', old).length, 1)
    assert.deepEqual(at.messages(moved).map((message) => message.text), ['moved', 'again'])
    assert.match((await at.ask({ chat: moved, text: '/item 1', user: 3000 })).text, /One story 1/)
  })

  test('formatting refused: once more, as plain text', async () => {
    const { at } = place
    const chat = chatOf(4)
    at.tg.fault({ kind: 'refuse', method: 'sendMessage', chat, description: "Bad Request: can't parse entities: Unsupported start tag" })
    await at.sent(['item', '1'], 'c4')
    const [first, second] = at.requests('sendMessage', chat).map(body)
    assert.equal(first.parse_mode, 'HTML')
    assert.equal(second.parse_mode, undefined)
    assert.ok(!/<b>|<a /.test(second.text) && second.text.includes('wrote down <how> & why'))
    assert.equal(at.messages(chat).length, 1)
    at.tg.fault({ kind: 'refuse', method: 'sendMessage', chat, times: 2, description: "Bad Request: can't parse entities: x" })
    const hopeless = await at.run('post', 'item', '2', '--to', 'c4', '--wait')
    assert.equal(hopeless.code, 1)
    assert.equal(at.requests('sendMessage', chat).length, 4)
  })

  test('a second poller: one clear line', async () => {
    const { at } = place
    const from = at.output.length
    const poll = () => fetch(`${at.tg.url}/bot${TOKEN}/getUpdates`, { method: 'POST', body: '{"timeout":1}', headers: { 'Content-Type': 'application/json' } })
    for (let i = 0; i < 2; i++) {
      await until(() => at.tg.polling, 'its poll', PATIENT)
      await poll()
    }
    await until(() => /409/.test(at.output.slice(from)), 'the line', PATIENT)
    await at.heeded()
    assert.equal(at.output.slice(from).match(/409/g).length, 1, at.output.slice(from))
    assert.match(at.output.slice(from), /[Aa]nother program polls this token/)
  })

  test('a revoked token: one clear line, posts wait, a start with a good one goes on', async () => {
    const { at } = place
    const from = at.output.length
    at.tg.settings({ revoked: true })
    await at.run('post', 'text', 'patience', '--to', 'c6', '--key', 'patience')
    await until(() => /401/.test(at.output.slice(from)), 'the line', PATIENT)
    assert.match(at.output.slice(from), /token refused.*BotFather.*tg\.token/)
    await at.run('post', 'text', 'more', '--to', 'c7', '--key', 'more')
    assert.deepEqual([await at.state('patience'), await at.state('more')], ['due', undefined])
    await at.stop()
    at.tg.settings({ revoked: false })
    await at.start()
    await until(() => at.messages(chatOf(6)).length === 1 && at.messages(chatOf(7)).length === 1, 'both', PATIENT)
  })
})
