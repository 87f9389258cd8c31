// Groups no robot can reach: the editor is handed the text in his own chat and says what became of it.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { edition, slow, until } from './lib/daemon.mjs'
import { EDITOR, Groups, PATIENT, TOKEN } from './lib/telegram.mjs'

const channels = [`family: {platform: text, editor: "telegram:${EDITOR}", group: 老同学群, from: news, posts: [{what: contents, when: published}]}`,
  `quiet: {platform: text, editor: "telegram:${EDITOR}", from: news}`,
  `later: {platform: text, editor: "telegram:${EDITOR}", from: news, posts: [{what: question, at: "03:07"}]}`]

/** The newest message of the editor's chat that has buttons. */
const handed = (at, word) => until(() => at.messages(EDITOR).filter((one) => one.reply_markup && one.text.includes(word)).at(-1), `"${word}" for the editor`, PATIENT)
const buttons = (message) => message.reply_markup.inline_keyboard.flat()
const press = (at, message, index, user = EDITOR) =>
  at.tg.press({ chat: EDITOR, message_id: message.message_id, data: buttons(message)[index].callback_data, user })
const rows = async (at, channel) => (await at.deliveries()).filter((row) => row.channel === channel)

describe('pasted', { timeout: 300000 * slow }, () => {
  let at
  before(async () => {
    at = await Groups.open({ files: { 'posts/old.md': edition('Old', 3) }, channels, language: 'zh' })
    at.tg.chat({ id: EDITOR, type: 'private' })
    await at.start()
  })
  after(async () => {
    if (!at) return
    await at.close()
    assert.ok(!at.output.includes(TOKEN), 'the token was printed')
  })

  test('what is due is handed over: which group, the text to copy, two buttons', async () => {
    at.write('posts/new.md', edition('New', 3))
    const message = await handed(at, '老同学群')
    assert.match(message.text, /^请贴到「老同学群」：目录\n/)
    assert.match(message.text, /1 New story 1/)
    const pre = at.requests('sendMessage', EDITOR).at(-1)
    assert.match(JSON.parse(pre.raw).text, /<pre>[^]*New story 3[^]*<\/pre>/)
    assert.deepEqual(buttons(message).map((one) => one.text), ['发好了', '不发'])
    const [row] = await rows(at, 'family')
    assert.equal(row.state, 'unknown')
    assert.equal(row.error, `已交给 telegram:${EDITOR}，还没确认`)
    const status = await at.run('status')
    assert.match(status.out, new RegExp(`family .*1 条在 telegram:${EDITOR} 手里`))
    assert.match(status.out, /digestd resolve \d+ sent/)
    assert.doesNotMatch(status.out, /不确定发没发到/)
  })

  test('a restart hands nothing over again', async () => {
    const before = at.messages(EDITOR).length
    await at.stop('SIGKILL')
    await at.start()
    await at.heeded()
    assert.equal(at.messages(EDITOR).length, before)
    assert.equal((await rows(at, 'family'))[0].state, 'unknown')
  })

  test('only an editor may say so', async () => {
    const message = await handed(at, '老同学群')
    at.tg.press({ chat: -1001000000777, message_id: 5, data: buttons(message)[0].callback_data, user: 99 })
    await at.heeded()
    assert.equal((await rows(at, 'family'))[0].state, 'unknown')
  })

  test('done: it counts as sent, by whom; pressed twice it is said again', async () => {
    const message = await handed(at, '老同学群')
    press(at, message, 0)
    await until(() => at.messages(EDITOR).some((one) => one.text === '记下了，family 发好了。'), 'the note', PATIENT)
    const [row] = await rows(at, 'family')
    assert.equal(row.state, 'sent')
    assert.match((await at.run('why', row.id)).out, new RegExp(`telegram:${EDITOR}`))
    press(at, message, 1)
    await until(() => at.messages(EDITOR).some((one) => one.text === '早就记下了：发好了。'), 'the second note', PATIENT)
    assert.equal((await rows(at, 'family'))[0].state, 'sent')
  })

  test('skip: it is dropped, and may be told another time', async () => {
    await at.run('post', 'item', '2', '--to', 'quiet')
    const message = await handed(at, '第 2 条')
    assert.match(message.text, /「quiet」/)
    press(at, message, 1)
    await until(() => at.messages(EDITOR).some((one) => one.text === '记下了，quiet 这条不发。'), 'the note', PATIENT)
    assert.equal((await rows(at, 'quiet'))[0].state, 'dropped')
    assert.equal((await at.run('post', 'item', '2', '--to', 'quiet')).code, 0)
    await until(async () => (await rows(at, 'quiet'))[1]?.state === 'unknown', 'handed over again', PATIENT)
  })

  test('from the shell as well', async () => {
    const row = (await rows(at, 'quiet'))[1]
    assert.equal((await at.run('resolve', row.id, 'sent')).code, 0)
    assert.equal((await rows(at, 'quiet'))[1].state, 'sent')
    const again = await at.run('resolve', row.id, 'sent')
    assert.equal(again.code, 1)
  })

  test('the commands stand in no menu and no help; a stranger\'s number is none of theirs', async () => {
    const set = at.tg.commands.flatMap((one) => one.commands)
    assert.ok(set.length && !set.some((one) => one.command === 'done' || one.command === 'skip'))
    const answer = await at.ask({ chat: EDITOR, text: '/done 999', user: EDITOR })
    assert.equal(answer.text, '没有这条要贴的。')
    assert.doesNotMatch((await at.ask({ chat: EDITOR, text: '/help', user: EDITOR })).text, /\/done|\/skip/)
    assert.match((await at.ask({ chat: EDITOR, text: '/status', user: EDITOR })).text, /等人贴 0/)
  })

  test('plan and check name who pastes', async () => {
    const check = await at.run('check')
    assert.match((await at.run('plan', '--days', '3')).out, new RegExp(`later .*\\[由 telegram:${EDITOR} 来贴\\]`))
    assert.match(check.out, new RegExp(`family：.*editor telegram:${EDITOR}, group 老同学群`))
    at.write('posts/third.md', edition('Third', 2))
    const message = await handed(at, 'Third story 1')
    press(at, message, 1)
    assert.equal((await at.run('preview', 'contents', '--to', 'family')).out.split('\n')[0], 'Third')
  })
})
