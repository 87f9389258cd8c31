// The README followed literally, from an installed program to the first post, with a stand-in for the platform.
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { edition, program, slow, until } from './lib/daemon.mjs'
import { chatOf, PATIENT, TOKEN } from './lib/telegram.mjs'
import { start } from './standin/telegram.mjs'

const top = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const group = chatOf(5), me = 12345 // the number the README's example has

/** The indented commands of a section, without their comments. */
function commands(file, heading) {
  const text = readFileSync(join(top, file), 'utf8')
  const section = text.slice(text.indexOf(`## ${heading}\n`) + heading.length + 4).split('\n## ')[0]
  return section.split('\n').filter((line) => /^ {4}\S/.test(line)).map((line) => line.trim().replace(/\s+#.*$/, ''))
}

for (const [file, heading, language] of [['README.md', 'From nothing to the first post', 'en'], ['README.zh.md', '从零到第一条', 'zh']]) {
  describe(`${file}, literally`, { timeout: 240000, concurrency: false }, () => {
    const list = commands(file, heading)
    let tg, folder, output = '', daemon
    before(async () => {
      tg = await start({ token: TOKEN })
      folder = mkdtempSync(join(tmpdir(), 'digestd-readme-'))
      mkdirSync(join(folder, 'bin'))
      // Installed; and the platform is a stand-in, which `init` is told by a flag that the README does not need.
      writeFileSync(join(folder, 'bin/digestd'),
        `#!/bin/sh\nif [ "$1" = init ]; then shift; exec ${program} init --api ${tg.url} "$@"; fi\nexec ${program} "$@"\n`, { mode: 0o755 })
    })
    after(async () => {
      daemon?.kill('SIGTERM')
      await tg.stop()
      rmSync(folder, { recursive: true, force: true })
      assert.ok(!output.includes(TOKEN.slice(5)), 'the token was printed')
    })
    const at = () => join(folder, 'weekly')
    const env = () => ({ ...process.env, PATH: `${join(folder, 'bin')}:${process.env.PATH}`, LANG: 'C.UTF-8', DIGESTD_SAFE_MODE: 'off' })
    // Not in this process's way: the stand-in answers from it.
    const shell = (command, cwd, input = '') => new Promise((done, fail) => {
      const child = execFile('sh', ['-c', `${command} 2>&1`], { cwd, env: env(), timeout: 60000 * slow }, (error, out) => {
        output += out
        if (error) fail(new Error(`${command}: ${error.code}\n${out}`))
        else done(out)
      })
      child.stdin.end(input)
    })

    test('at most ten commands', () => {
      assert.ok(list.length >= 6 && list.length <= 10, list.join('\n'))
      assert.match(list[0], /cmake --install build/)
    })

    test('each of them, in its order', async () => {
      const prefix = join(folder, 'installed')
      await shell(`${list[0].replace(/^sudo /, '').replace(/\bbuild\b/, JSON.stringify(dirname(program)))} --prefix ${prefix}`, top)
      for (const name of ['bin/digestd', 'bin/digestd-read']) assert.ok(existsSync(join(prefix, name)), name)
      for (const command of list.slice(1)) {
        if (/^mkdir/.test(command)) {
          await shell(command, folder)
          writeFileSync(join(at(), 'first.md'), edition('First', 3))
        } else if (/^digestd init$/.test(command)) {
          await shell(command, at(), `${[language, 'telegram', TOKEN, '', '*.md', 'UTC', '', '', ''].join('\n')}\n`)
          const yaml = readFileSync(join(at(), 'digestd.yaml'), 'utf8')
          writeFileSync(join(at(), 'digestd.yaml'), yaml.replace('127.0.0.1:8080', '127.0.0.1:0')) // other tests have that port
        } else if (/^digestd run$/.test(command)) {
          const begin = () => {
            daemon = spawn(join(folder, 'bin/digestd'), ['run'], { cwd: at(), env: env(), stdio: ['ignore', 'pipe', 'pipe'] })
            for (const stream of [daemon.stdout, daemon.stderr]) stream.on('data', (text) => { output += text })
          }
          begin()
          tg.say({ chat: group, text: '/where', user: me })
          const answer = await until(() => tg.messages.find((message) => message.chat.id === group), 'the answer to /where', PATIENT)
          const line = answer.text.match(/^weekly: \{.*\}$/m)[0]
          // "Put both in": as the file's own comments say.
          const yaml = readFileSync(join(at(), 'digestd.yaml'), 'utf8').replace(/^# channels:$/m, 'channels:')
            .replace(/^# {3}weekly: .*$/m, `  ${line}`).replace(/^# (editors|operator): /gm, '$1: ')
          writeFileSync(join(at(), 'digestd.yaml'), yaml)
          daemon.kill('SIGTERM')
          await new Promise((done) => daemon.on('exit', done))
          begin()
        } else {
          await shell(command, at())
        }
      }
      const texts = (chat) => tg.messages.filter((message) => message.chat.id === chat).map((message) => message.text)
      assert.equal(texts(me).filter((text) => /First story 1/.test(text)).length, 1, 'the look in one\'s own chat')
      assert.equal(texts(group).filter((text) => /First story 1/.test(text)).length, 1, 'the first post')
    })
  })
}
