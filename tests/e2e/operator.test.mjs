// The operator, end to end: told once through a bot that works, asked with buttons, told when it is over.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { start } from './standin/telegram.mjs'
import { edition, Place, sleep, until } from './lib/daemon.mjs'
import { chatOf, PATIENT } from './lib/telegram.mjs'

const GROUP_TOKEN = '4200:stand-in-Token_groups_0123456789ab'
const OPS_TOKEN = '4300:stand-in-Token_operator_0123456789'
const OPERATOR = 77
const weekly = chatOf(1)

const configuration = (tg, ops, more = '') => `state: digestd.db
timezone: Asia/Shanghai
language: en
http: {listen: "127.0.0.1:0"}
sources:
  - {name: news, path: "posts/*.md", settle: 0s}
bots:
  tg: {platform: telegram, token: {file: tg.token}, api: "${tg.url}"}
  ops: {platform: telegram, token: {file: ops.token}, api: "${ops.url}"}
operator: {bot: ops, chat: ${OPERATOR}}
channels:
  weekly: {bot: tg, chat: ${weekly}, from: news}
${more}`

async function open(more) {
  const tg = await start({ token: GROUP_TOKEN }), ops = await start({ token: OPS_TOKEN })
  const at = new Place({ 'tg.token': GROUP_TOKEN, 'ops.token': OPS_TOKEN, 'posts/one.md': edition('One', 3),
    'digestd.yaml': configuration(tg, ops, more) })
  Object.assign(at, { tg, ops,
    alerts: () => ops.messages.filter((message) => message.chat.id === OPERATOR),
    posts: () => tg.messages.filter((message) => message.chat.id === weekly) })
  return at
}

async function close(at) {
  await at.remove()
  await at.tg.stop()
  await at.ops.stop()
  for (const token of [GROUP_TOKEN, OPS_TOKEN])
    assert.ok(!at.output.includes(token) && !at.output.includes(token.slice(5, 22)), 'a token was printed')
}

const buttons = (message) => message.reply_markup.inline_keyboard.flat()

describe('troubles', { timeout: 240000 }, () => {
  let at
  before(async () => { at = await open(); await at.start() })
  after(() => close(at))

  test('what is unsure is asked with buttons; pressed, it is settled, and once', async () => {
    at.tg.fault({ kind: 'close', method: 'sendMessage', times: 1 })
    await at.run('post', 'text', 'Is it there?', '--to', 'weekly')
    const [alert] = await until(() => at.alerts().length && at.alerts(), 'the alert', PATIENT)
    assert.match(alert.text, /^weekly: This text may or may not be there .*Look in the group\.$/s)
    assert.deepEqual(buttons(alert).map((button) => button.text), ['it is there', 'send again', 'leave it'])
    const press = (data, user) => at.ops.press({ data, chat: OPERATOR, message_id: alert.message_id, user })
    press(buttons(alert)[0].callback_data, OPERATOR)
    await until(() => at.alerts().some((message) => message.text === 'It counts as sent.'), 'the answer', PATIENT)
    assert.equal((await at.deliveries('--state', 'unknown')).length, 0)
    press(buttons(alert)[1].callback_data, OPERATOR)
    await until(() => at.alerts().some((message) => message.text === 'It counts as sent already.'), 'the second', PATIENT)
    assert.equal(at.posts().length, 1)
    const listed = await at.run('deliveries', '--answers')
    assert.ok(!JSON.stringify(listed).includes('~operator'), 'an inner name is shown')
  })

  test('a revoked token: one alert through the other bot, whatever starts come between; one line when it is over', async () => {
    const before = at.alerts().length
    const fresh = () => at.alerts().slice(before).map((message) => message.text)
    at.tg.settings({ revoked: true })
    await at.run('post', 'text', 'Refused', '--to', 'weekly')
    await until(() => fresh().length, 'the alert', PATIENT)
    assert.match(fresh()[0], /^weekly stopped: /)
    await at.stop()
    await at.start()
    await until(() => (at.output.match(/weekly stopped/g) || []).length >= 2, 'the second refusal', PATIENT)
    const status = await at.run('status')
    assert.match(status.out, /Troubles:\nweekly stopped: /)
    const waited = await at.run('post', 'text', 'Refused too', '--to', 'weekly', '--wait')
    assert.equal(waited.code, 3)
    assert.match(waited.out, /the bot tg is refused \(.*\)\. When that is put right: digestd resume weekly/)
    await sleep(1500)
    assert.equal(fresh().length, 1)
    at.tg.settings({ revoked: false })
    await at.stop()
    await at.start()
    await until(() => fresh().length > 1, 'the end of it', PATIENT)
    assert.match(fresh()[1], /goes on: weekly\./)
    assert.doesNotMatch((await at.run('status')).out, /Troubles:/)
  })
})

test('safe mode: the third start within a minute posts nothing, and says so', { timeout: 120000 }, async () => {
  const at = await open()
  const env = { DIGESTD_SAFE_MODE: 'on' }
  try {
    for (let i = 0; i < 3; i++) {
      await at.start(['run'], { env })
      if (i < 2) await at.stop('SIGKILL')
    }
    await until(() => at.output.includes('Safe mode: three starts within a minute.'), 'the reason')
    const [alert] = await until(() => at.alerts().length && at.alerts(), 'the alert', PATIENT)
    assert.match(alert.text, /^Safe mode/)
    const waited = await at.run('post', 'text', 'wait', '--to', 'weekly', '--wait')
    assert.equal(waited.code, 3)
    assert.match(waited.out, /safe mode: .* posts nothing until .* At once: digestd resume --all/)
    const port = Number(/127\.0\.0\.1:(\d+)\//.exec(at.output.slice(at.output.lastIndexOf('the page is at')))[1])
    const health = await fetch(`http://127.0.0.1:${port}/healthz`)
    assert.equal(health.status, 503)
    assert.match(await health.text(), /safe mode/)
    assert.match((await at.run('status')).out, /^Safe mode/m)
    await sleep(1000)
    assert.equal(at.posts().length, 0)
    await at.run('resume', '--all')
    await until(() => at.posts().length === 1, 'the post', PATIENT)
    await until(() => at.alerts().some((message) => message.text.includes('Safe mode is over')), 'its end', PATIENT)
  } finally { await close(at) }
})

test('mode: rehearse: nothing leaves, not even a poll, and the log says what would', { timeout: 120000 }, async () => {
  const at = await open('mode: rehearse\n')
  try {
    await at.start()
    assert.equal((await at.run('post', 'item', '1', '--to', 'weekly', '--wait')).code, 0)
    await until(() => /rehearsal: would send POST http:\/\/127\.0\.0\.1:\d+\/… \(Item 1 of one, part 1 of 1\)/.test(at.output), 'the line')
    assert.match(at.output, /Rehearsal \(mode: rehearse\): nothing is really sent to weekly\./)
    assert.match((await at.run('status')).out, /^Rehearsal/m)
    assert.equal(at.tg.requests.length + at.ops.requests.length, 0)
    await at.stop()
    at.write('digestd.yaml', configuration(at.tg, at.ops))
    await at.start()
    await until(() => at.output.includes('1 rehearsed post counts as not told'), 'the end of the rehearsal')
    assert.equal((await at.run('post', 'item', '1', '--to', 'weekly', '--wait')).code, 0)
    assert.equal(at.posts().length, 1)
  } finally { await close(at) }
})

for (const [language, words] of [['en', /^This state file was last used on another machine until \d{4}-\d\d-\d\d \d\d:\d\d; if digestd still runs there/],
  ['zh', /^这份数据上次是在另一台机器上用的，到 \d{4}-\d\d-\d\d \d\d:\d\d 为止。/]])
  test(`a state file that wakes on another machine: one alert (${language})`, { timeout: 120000 }, async () => {
    const at = await open()
    const on = (id) => { at.write('machine-id', `${id.repeat(32)}\n`); return { env: { DIGESTD_MACHINE_ID: at.path('machine-id') } } }
    const told = () => at.alerts().filter((message) => words.test(message.text)).length
    try {
      at.write('digestd.yaml', configuration(at.tg, at.ops).replace('language: en', `language: ${language}`))
      await at.start(['run'], on('a'))
      assert.equal((await at.run('post', 'text', 'here', '--to', 'weekly', '--wait')).code, 0)
      await at.stop()
      await at.start(['run'], on('a'))
      await at.stop()
      assert.equal(told(), 0)
      await at.start(['run'], on('b'))
      await until(() => told(), 'the alert', PATIENT)
      await at.stop()
      await at.start(['run'], on('b'))
      await sleep(1500)
      assert.equal(told(), 1)
      assert.equal(at.posts().length, 1)
    } finally { await close(at) }
  })
