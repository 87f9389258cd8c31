// What stands in the groups: contents that link to what was told, corrected items, posts that are taken back.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { edition, sleep, until } from './lib/daemon.mjs'
import { chatOf, EDITOR, Groups, PATIENT, TOKEN } from './lib/telegram.mjs'
import { Socket } from './lib/ws.mjs'

const weekly = chatOf(910), forum = chatOf(911), direct = 77002
const linkTo = (chat, id, topic = '') => `https://t.me/c/${-chat - 1000000000000}/${topic}${id}`
const linksOf = (message) => (message.entities ?? []).filter((one) => one.type === 'text_link').map((one) => one.url)
/** The same edition with one word of item 2 put right. */
const mended = (text) => text.replace('for the 2. time', 'for the second time')

describe('what stands in the groups', { timeout: 240000 }, () => {
  let at, socket
  before(async () => {
    at = await Groups.open({ settle: '1s', files: { 'posts/one.md': edition('One', 3) },
      channels: [`weekly: {bot: tg, chat: ${weekly}, from: news}`, `talk: {bot: tg, chat: ${forum}, topic: 7, from: news}`,
        `direct: {bot: tg, chat: ${direct}, from: news}`, 'hall: {platform: room, from: news, start: none}'] })
    at.tg.chat({ id: forum, forum: true, topics: [7] })
    await at.start()
    const port = Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(at.output)[1])
    at.enter = async (hello) => {
      const one = await new Socket(port).opened
      one.send({ t: 'hello', channel: 'hall', after: 0, epoch: '', client: 'c1', language: 'en', ...hello })
      one.epoch = (await one.next((message) => message.t === 'welcome')).epoch
      await one.next((message) => message.t === 'ready')
      return one
    }
    socket = await at.enter({})
  })
  after(async () => {
    socket?.close()
    const { output } = at
    await at.close()
    assert.ok(!output.includes(TOKEN.slice(5)), 'the token was printed')
  })

  test('a told title becomes a link to its post, silently, in one edit', async () => {
    await at.sent(['contents'], 'weekly')
    const contents = at.messages(weekly)[0]
    const { text } = contents
    assert.deepEqual(linksOf(contents), [])
    await at.sent(['item', '2'], 'weekly')
    await at.sent(['item', '3'], 'weekly')
    await until(() => linksOf(contents).length === 2, 'the links', PATIENT)
    const [, second, third] = at.messages(weekly)
    assert.deepEqual(linksOf(contents), [linkTo(weekly, second.message_id), linkTo(weekly, third.message_id)])
    assert.equal(contents.text, text, 'it says the same')
    assert.ok(contents.reply_markup.inline_keyboard.length, 'its buttons stay')
    assert.equal(at.requests('editMessageText').length, 1)
  })

  test('a refusal links to the post; /week too; a chat without addresses has none', async () => {
    await at.sent(['item', '2'], 'talk')
    const refused = await at.run('post', 'item', '2', '--to', 'talk')
    assert.match(refused.err, new RegExp(`told in talk on .*${linkTo(forum, at.messages(forum)[0].message_id, '7/')}.*--again`))
    const answer = await at.ask({ chat: forum, topic: 7, text: '/week', user: 40 })
    assert.ok(linksOf(answer).includes(linkTo(forum, at.messages(forum)[0].message_id, '7/')))
    const found = await at.ask({ chat: forum, topic: 7, text: '/search lantern', user: 42 })
    assert.deepEqual(linksOf(found), [linkTo(forum, at.messages(forum)[0].message_id, '7/')])
    assert.match(found.text, /2 One story 2/)
    await at.sent(['item', '2'], 'direct')
    assert.doesNotMatch((await at.run('post', 'item', '2', '--to', 'direct')).err, /t\.me/)
    const chat = await at.ask({ chat: forum, topic: 7, text: '/post item 2', user: EDITOR })
    assert.match(chat.text, /told in talk on .*t\.me.*--again/)
  })

  test('in the room the contents link to the row', async () => {
    await at.sent(['contents'], 'hall')
    const { row: contents } = await socket.next((message) => message.t === 'row')
    await at.sent(['item', '2'], 'hall')
    const { row: item } = await socket.next((message) => message.t === 'row' && message.row.id !== contents.id)
    const edited = await socket.next((message) => message.t === 'row' && message.edited)
    assert.equal(edited.row.id, contents.id)
    assert.match(edited.row.html, new RegExp(`<a href="#r${item.id}">One story 2</a>`))
  })

  test('a changed item is corrected in every copy, once, and nothing else is touched', async () => {
    const edits = at.requests('editMessageText').length, posts = at.requests('sendMessage').length
    at.write('posts/one.md', mended(edition('One', 3)))
    const copies = () => [at.messages(weekly)[1], at.messages(forum)[0], at.messages(direct)[0]]
    await until(() => copies().every((one) => /for the second time/.test(one.text)), 'the corrections', PATIENT)
    const row = await socket.next((message) => message.t === 'row' && message.edited && /second time/.test(message.row.html))
    assert.ok(row)
    await sleep(1500)
    assert.equal(at.requests('editMessageText').length, edits + 3)
    assert.equal(at.requests('sendMessage').length, posts)
    const rows = (await at.deliveries()).filter((one) => one.act === 'edit' && one.kind === 'item')
    assert.deepEqual(rows.map((one) => one.state), ['sent', 'sent', 'sent', 'sent'])
    assert.ok((await at.deliveries()).every((one) => ['tell', 'edit'].includes(one.act)))
  })

  test('a message that somebody deleted is not posted anew, and nothing stops', async () => {
    const gone = at.messages(direct)[0]
    at.tg.messages.splice(at.tg.messages.indexOf(gone), 1)
    at.write('posts/one.md', edition('One', 3))
    await until(() => /for the 2\. time/.test(at.messages(weekly)[1].text), 'the correction', PATIENT)
    await until(() => /direct: Item 2 .*stays as it was.*gone/.test(at.output), 'the line about it', PATIENT)
    assert.equal(at.messages(direct).length, 0)
    await at.sent(['item', '3'], 'direct')
    assert.equal(at.messages(direct).length, 1)
  })

  test('undo takes the newest post back; then it can be told again', async () => {
    const before = at.messages(weekly).length
    await at.sent(['text', 'Oh no.'], 'weekly')
    const done = await at.run('undo', 'weekly')
    assert.equal(done.code, 0, done.err)
    assert.match(done.out, /^This text, told on .*, is being taken back from weekly/)
    await until(() => at.messages(weekly).length === before, 'taking it back', PATIENT)
    await until(() => /weekly: This text was taken back/.test(at.output), 'the line about it')
    // The next undo is of the item before it, and by an editor in the chat.
    const [, second, third] = at.messages(weekly)
    const answer = await at.ask({ chat: weekly, text: '/undo', user: EDITOR })
    assert.match(answer.text, /Item 3 of one, told on .* is being taken back/)
    await until(() => !at.messages(weekly).includes(third), 'taking it back', PATIENT)
    await until(() => /weekly: Item 3 of one was taken back/.test(at.output), 'the line about it')
    const item = (await at.deliveries()).find((one) => one.subject.endsWith('/one.3') && one.channel === 'weekly' && one.act !== 'retract')
    const why = await at.run('why', item.id)
    assert.match(why.out, /dropped: taken back\nIt was taken back, and no rule tells it again\. By hand it may still go: digestd post\.\n/)
    assert.ok(at.messages(weekly).includes(second))
    await at.sent(['item', '3'], 'weekly')
    assert.equal((await at.run('undo', 'nowhere')).code, 2)
    assert.match((await at.ask({ chat: weekly, text: '/undo', user: 41 })).text, /Only editors/)
  })

  test('what is too old stays, and it is said why', async () => {
    at.messages(direct).at(-1).date -= 49 * 3600
    assert.equal((await at.run('undo', 'direct')).code, 0)
    await until(() => /direct: Item 3 of one was not taken back: .*48 hours/.test(at.output), 'the reason', PATIENT)
    assert.equal((await at.run('post', 'item', '3', '--to', 'direct')).code, 1)
  })

  test('in the room it is gone for everybody, and for those who come back', async () => {
    await at.sent(['text', 'A slip of the pen'], 'hall')
    const { row } = await socket.next((message) => message.t === 'row' && /slip/.test(message.row.html ?? ''))
    const { epoch } = socket
    socket.close()
    assert.equal((await at.run('undo', 'hall')).code, 0)
    await until(async () => (await at.deliveries()).some((one) => one.act === 'retract' && one.channel === 'hall' && one.state === 'sent'), 'the retraction')
    socket = await new Socket(Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(at.output)[1])).opened
    socket.send({ t: 'hello', channel: 'hall', after: row.id - 1, epoch, client: 'c1', language: 'en' })
    const { rows } = await socket.next((message) => message.t === 'rows')
    const same = rows.find((one) => one.id === row.id)
    assert.equal(same.gone, true)
    assert.equal(same.html, undefined)
    assert.ok(!JSON.stringify(rows).includes('slip of the pen'))
  })
})
