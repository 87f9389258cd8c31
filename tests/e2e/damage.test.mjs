// The state file is damaged while nobody looks: pages of the stopped file are overwritten. It is said once, in every
// way that is left, and a copy is the way out.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { edition, Place, sleep, slow, until } from './lib/daemon.mjs'
import { chatOf, configuration, PATIENT, TOKEN } from './lib/telegram.mjs'
import { start } from './standin/telegram.mjs'

const OPS_TOKEN = '4300:stand-in-Token_operator_0123456789'
const OPERATOR = 77
const python = spawnSync('python3', ['--version']).status === 0
const count = (text, words) => text.split(words).length - 1

/** Overwrites every page but the first on which `words` stand; how many these were. */
function spoil(path, words) {
  const file = readFileSync(path), size = file.readUInt16BE(16) === 1 ? 65536 : file.readUInt16BE(16)
  let pages = 0
  for (let at = size; at < file.length; at += size)
    if (file.subarray(at, at + size).includes(words)) { file.fill(0xa5, at, at + size); pages++ }
  writeFileSync(path, file)
  return pages
}

/** Listens as systemd does; what came, a message each. */
async function notified(at) {
  const path = at.path('notify')
  const child = spawn('python3', ['-c', `import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1]); print("bound", flush=True)
while True: print(s.recv(65536).decode().replace("\\n", " | "), flush=True)`, path])
  const heard = { path, lines: () => text.trim().split('\n').slice(1), end: () => child.kill() }
  let text = ''
  child.stdout.on('data', (more) => { text += more })
  await until(() => text.includes('bound'), 'the socket')
  return heard
}

for (const [language, words, said, report] of [
  ['en', /^The state file is damaged: .*digestd restore COPY --force/, 'The state file is damaged', 'nothing can be decided now'],
  ['zh', /^状态文件坏了：.*digestd restore 副本 --force/, '状态文件坏了', '状态文件写不进去']]) {
  describe(`a damaged state file (${language})`, { timeout: 240000 }, () => {
    let tg, ops, at, address
    const alerts = () => ops.messages.filter((message) => message.chat.id === OPERATOR)
    const text = () => configuration({ api: tg.url, language, channels: [`c0: {bot: tg, chat: ${chatOf(0)}, from: news}`] })
      .replace('bots:\n', `bots:\n  ops: {platform: telegram, token: {file: ops.token}, api: "${ops.url}"}\n`) +
      `operator: [{bot: ops, chat: ${OPERATOR}}, {bot: tg, chat: 78}]\n`
    const up = async (env = {}) => {
      const from = at.output.length
      await at.start(['run'], { env, ready: /the page is at|网页在|state file is damaged|状态文件坏了/ })
      return at.output.slice(from)
    }

    before(async () => {
      tg = await start({ token: TOKEN })
      ops = await start({ token: OPS_TOKEN })
      at = new Place({ 'tg.token': TOKEN, 'ops.token': OPS_TOKEN, 'posts/one.md': edition('One', 3).replace('lit for the 2. time', `lit ${'and relit '.repeat(800)} far away ${'and relit '.repeat(1500)} for the 2. time`) })
      // The page's port is said when it is ready, which it never is here.
      const port = 20000 + process.pid % 20000 + (language === 'zh' ? 1 : 0)
      at.write('digestd.yaml', text().replace('127.0.0.1:0', `127.0.0.1:${port}`))
      address = `http://127.0.0.1:${port}`
      await at.start()
      assert.equal((await at.run('post', 'text', 'Post number one', '--to', 'c0', '--wait')).code, 0)
      assert.equal((await at.run('backup', 'copy.db')).code, 0)
      await at.stop()
    })
    after(async () => {
      await at.remove()
      await tg.stop()
      await ops.stop()
    })

    test('said once: in the log, to the operator, to systemd; red, and no line more', { skip: !python && 'needs python3 to hear what systemd is told' }, async () => {
      assert.ok(spoil(at.path('digestd.db'), 'Post number one') >= 1)
      const told = await notified(at)
      const from = at.output.length
      await up({ NOTIFY_SOCKET: told.path })
      await until(() => alerts().length, 'the alert past the ledger', PATIENT)
      await until(() => tg.messages.some((message) => message.chat.id === 78), 'the other chat', PATIENT)
      assert.match(alerts()[0].text, words)
      const health = await fetch(`${address}/healthz`)
      assert.equal(health.status, 503)
      assert.match(await health.text(), /^the state file is damaged: stop digestd and go back to a copy, digestd restore COPY --force$/m)
      // Turns that fail, looks at the file, pages that are asked for: none of it says it again.
      await at.run('post', 'text', 'another', '--to', 'c0')
      for (let i = 0; i < 5; i++) await fetch(`${address}/`)
      await sleep(17000) // the file is looked at every 15 s, by the clock: no longer under sanitizers
      const log = at.output.slice(from)
      assert.equal(count(log, said), 1, log)
      assert.equal(count(log, report), 0, log)
      assert.equal(alerts().length, 1)
      const lines = told.lines()
      told.end()
      assert.equal(lines.filter((line) => line.includes(said)).length, 1, lines.join('\n'))
      assert.ok(lines.some((line) => line.startsWith(`STATUS=${said}`)), lines.join('\n'))
      assert.ok(lines.includes('READY=1'), 'systemd does not end it for being late')
    })

    test('it ends at once, and the next start looks the file through and refuses it', async () => {
      const asked = Date.now()
      await at.stop()
      assert.ok(Date.now() - asked < 6000 * slow, 'nothing is waited for')
      const { code, err } = await at.run('run')
      assert.equal(code, 1)
      assert.match(err, /damaged .*digestd restore .*--force/)
    })

    test('a beginning that is damaged: the way out is named at the start', async () => {
      const file = readFileSync(at.path('digestd.db'))
      writeFileSync(at.path('digestd.db'), Buffer.concat([Buffer.alloc(100, 0x5a), file.subarray(100)]))
      const { code, err } = await at.run('run')
      assert.equal(code, 1)
      assert.match(err, /this is not a state file, or its beginning is damaged.*digestd restore COPY --force/)
      writeFileSync(at.path('digestd.db'), file)
    })

    test('the way out is one: restored from the copy, it goes on', async () => {
      const { code, err } = await at.run('restore', 'copy.db', '--force')
      assert.equal(code, 0, err)
      await at.start()
      assert.equal((await fetch(`${address}/healthz`)).status, 200)
      assert.equal((await at.run('post', 'text', 'Post number two', '--to', 'c0', '--wait')).code, 0)
      assert.deepEqual(tg.messages.filter((one) => one.chat.id === chatOf(0)).map((one) => one.text), ['Post number one', 'Post number two'])
    })

    test('a page that only a reader meets: turns go on, and the operator hears of it as of any trouble', async () => {
      const before = alerts().length
      await at.stop()
      assert.ok(spoil(at.path('digestd.db'), 'far away and relit') >= 1)
      await up()
      await fetch(`${address}/archive/news/one`)
      await until(() => alerts().length > before, 'the alert', PATIENT)
      assert.match(alerts()[before].text, words)
      assert.equal((await at.run('post', 'text', 'Post number three', '--to', 'c0', '--wait')).code, 0)
      assert.equal((await fetch(`${address}/healthz`)).status, 503)
      await sleep(1000)
      assert.equal(alerts().length, before + 1)
    })
  })
}
