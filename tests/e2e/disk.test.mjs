// A disk that is really full: a small file system of its own, filled to the last byte while the daemon works. And one
// without room for the copy that is made before a state file of an older format is brought up.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { after, before, describe, test } from 'node:test'
import { edition, sleep, until } from './lib/daemon.mjs'
import { chatOf, Groups, PATIENT } from './lib/telegram.mjs'

const top = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const OPERATOR = 77
const sqlite3 = spawnSync('sqlite3', ['--version']).status === 0

/** May this user mount? A limit of file sizes (ulimit -f) is no stand-in: it is another error than a full disk. */
function mount(folder, size) {
  mkdirSync(folder, { recursive: true })
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', folder]).status === 0
}
const unmount = (folder) => spawnSync('umount', ['-l', folder])
function mayMount() {
  const folder = join(process.env.TMPDIR || '/tmp', `digestd-mount-${process.pid}`)
  const may = mount(folder, '1m')
  if (may) unmount(folder)
  rmSync(folder, { recursive: true, force: true })
  return may
}
const why = mayMount() ? false : 'a file system of one\'s own needs root (mount -t tmpfs): the full disk was not tried'

/** Writes until nothing more fits, but for `spare` bytes. */
function fill(folder, spare = 0) {
  const path = join(folder, 'filler')
  for (let size = 1 << 20, bytes = 0; size >= 512;) {
    const free = Number(spawnSync('stat', ['-f', '-c', '%a %S', folder], { encoding: 'utf8' }).stdout.split(' ').reduce((a, b) => a * b))
    if (free - size < spare) { size >>= 1; continue }
    try { writeFileSync(path, Buffer.alloc(size, 1), { flag: 'a' }) } catch (error) { if (error.code !== 'ENOSPC') throw error; size >>= 1 }
    if ((bytes += size) > 1 << 28) throw new Error('this is no small disk')
  }
  return path
}

for (const [language, full, again] of [['en', /^The disk is full: nothing new is posted/, /^There is room on the disk again; it goes on\./],
  ['zh', /^磁盘满了：新的先不发/, /^磁盘有空间了，继续发。/]])
  describe(`a full disk (${language})`, { timeout: 300000, skip: why }, () => {
    let at, disk, filler, address, user = 1000
    const alerts = () => at.messages(OPERATOR).map((message) => message.text)
    const health = async () => { const answer = await fetch(`${address}/healthz`); return { status: answer.status, text: await answer.text() } }
    const reserve = () => join(disk, 'digestd.db.reserve')
    before(async () => {
      at = await Groups.open({ language, groups: 12, files: { 'posts/one.md': edition('One', 3) }, more: `operator: {bot: tg, chat: ${OPERATOR}}\n` })
      disk = at.path('disk')
      assert.ok(mount(disk, '24m'))
      at.write('digestd.yaml', readFileSync(at.path('digestd.yaml'), 'utf8').replace('state: digestd.db', 'state: disk/digestd.db'))
      await at.start()
      address = at.output.match(/(http:\/\/127\.0\.0\.1:\d+)\//)[1]
    })
    after(async () => {
      await at.stop('SIGKILL')
      unmount(disk)
      await at.close()
    })

    test('it works, and keeps a reserve', async () => {
      await at.sent(['text', 'before'], 'c0')
      assert.ok(statSync(reserve()).blocks * 512 >= 2 << 20)
      assert.equal((await health()).status, 200)
    })

    test('full: noticed, said once in each way, the reserve is given up', async () => {
      filler = fill(disk)
      // What people ask is written down; the log of the file has some room in itself.
      for (let i = 0; i < 600 && existsSync(reserve()); i++) {
        at.tg.say({ chat: chatOf(i % 12), text: `/search nothing-${i}`, user: ++user })
        await sleep(50)
      }
      assert.ok(!existsSync(reserve()), 'the reserve is given up')
      await until(() => alerts().some((text) => full.test(text)), 'the alert', PATIENT)
      const red = await health()
      assert.equal(red.status, 503)
      assert.match(red.text, /^the disk is full: nothing new is posted until there is room$/m)
      assert.match(await (await fetch(`${address}/metrics`)).text(), /^digestd_disk_full 1$/m)
    })

    test('nothing new is posted meanwhile', async () => {
      assert.equal((await at.run('post', 'text', 'meanwhile', '--to', 'c1')).code, 0)
      await sleep(3000) // a post needs a part of a second
      assert.equal(at.messages(chatOf(1)).filter((one) => one.text === 'meanwhile').length, 0)
      assert.equal(alerts().filter((text) => full.test(text)).length, 1)
    })

    test('room again: it goes on, says so, makes the reserve anew, and nothing was lost or doubled', async () => {
      rmSync(filler)
      await until(() => at.messages(chatOf(1)).some((one) => one.text === 'meanwhile'), 'what waited', PATIENT)
      await until(() => alerts().some((text) => again.test(text)), 'the end of it', PATIENT)
      assert.ok(statSync(reserve()).blocks * 512 >= 2 << 20)
      assert.deepEqual(await health(), { status: 200, text: 'ok\n' })
      await sleep(1000)
      assert.equal(at.messages(chatOf(1)).filter((one) => one.text === 'meanwhile').length, 1)
      assert.equal(at.messages(chatOf(0)).filter((one) => one.text === 'before').length, 1)
      assert.equal(alerts().filter((text) => full.test(text)).length, 1)
      assert.equal(alerts().filter((text) => again.test(text)).length, 1)
    })
  })

describe('a state file of an older format', { timeout: 240000, skip: why || (sqlite3 ? false : 'no sqlite3 to make one with') }, () => {
  for (const [language, line] of [['en', /the state file was brought from format 1 to \d+; as it was before it is kept as \S*digestd\.db\.before-v\d+/],
    ['zh', /状态文件从格式 1 升到了 \d+；原来的留作 \S*digestd\.db\.before-v\d+/]])
    test(`without room for the copy it is refused and stays as it was; with it, it is said (${language})`, async () => {
      const at = await Groups.open({ language, groups: 1 })
      const disk = at.path('disk'), file = join(disk, 'digestd.db')
      assert.ok(mount(disk, '24m'))
      try {
        at.write('digestd.yaml', readFileSync(at.path('digestd.yaml'), 'utf8').replace('state: digestd.db', 'state: disk/digestd.db'))
        const made = spawnSync('sqlite3', [file], { encoding: 'utf8', input: `${readFileSync(join(top, 'state/001.sql'), 'utf8')}
          PRAGMA journal_mode = WAL; PRAGMA application_id = 0x64677364; PRAGMA user_version = 1; INSERT INTO form(hash, bytes) VALUES(x'00', zeroblob(2000000));` })
        assert.equal(made.status, 0, made.stderr)
        const hash = () => createHash('sha256').update(readFileSync(file)).digest('hex')
        const was = hash(), filler = fill(disk, 3 << 20)
        for (const words of [['run'], ['import', 'posts/.keep']]) {
          const { code, err } = await at.run(...words)
          assert.equal(code, 1, err)
          assert.match(err, /digestd\.db: there is not enough room on the disk: \d+ MiB are needed, \d+ MiB are free\. Nothing was changed/)
          assert.equal(hash(), was)
          assert.ok(!existsSync(`${file}.before-v${readdirSync(join(top, "state")).filter((name) => /^\d+\.sql$/.test(name)).length}`))
        }
        rmSync(filler)
        await at.start()
        assert.match(at.output, line)
        assert.ok(existsSync(/(\S*digestd\.db\.before-v\d+)/.exec(at.output)[1]))
        await at.stop()
        const from = at.output.length
        await at.start()
        assert.doesNotMatch(at.output.slice(from), line)
      } finally {
        await at.stop('SIGKILL')
        unmount(disk)
        await at.close()
      }
    })
})
