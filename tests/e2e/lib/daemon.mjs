// The real program in a folder of its own: started, asked, ended. Everything it prints is kept.
import { execFile, spawn } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const top = resolve(dirname(fileURLToPath(import.meta.url)), '../../..')
export const program = process.env.DIGESTD || join(top, 'build/digestd')
export const slow = process.env.DIGESTD_SANITIZED ? 4 : 1 // everything takes longer under sanitizers

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms))

/** Waits until check() gives something true; fails loudly after ms. */
export async function until(check, what = 'it', ms = 15000 * slow) {
  const end = Date.now() + ms
  for (;;) {
    const got = await check()
    if (got) return got
    if (Date.now() > end) throw new Error(`${what} did not come within ${ms} ms`)
    await sleep(30)
  }
}

export class Place {
  /** A folder with files: {'digestd.yaml': '…', 'posts/a.md': '…'}. */
  constructor(files = {}) {
    this.folder = mkdtempSync(join(tmpdir(), 'digestd-test-'))
    this.output = ''
    this.before = [] // words before the program's: ['unshare', '-m', …]
    for (const [name, text] of Object.entries(files)) this.write(name, text)
  }

  path(name) { return join(this.folder, name) }

  write(name, text) {
    mkdirSync(dirname(this.path(name)), { recursive: true })
    writeFileSync(this.path(name), text, name.includes('secret') || name.includes('token') ? { mode: 0o600 } : {})
  }

  /** Starts `digestd WORDS`; resolves when it is ready. */
  async start(words = ['run'], { env = {}, ready = /the page is at|trial room is open|ready|网页在|试验房间开了|准备好了/ } = {}) {
    const [first, ...rest] = [...this.before, program, ...words]
    this.child = spawn(first, rest, {
      cwd: this.folder, env: { ...process.env, TMPDIR: this.folder, DIGESTD_SAFE_MODE: 'off', ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    this.ended = new Promise((done) => this.child.on('exit', (code, signal) => { this.code = signal || code; done(signal || code) }))
    const from = this.output.length
    for (const stream of [this.child.stdout, this.child.stderr]) stream.on('data', (text) => { this.output += text })
    this.child.on('exit', () => { this.child = undefined })
    await until(() => ready.test(this.output.slice(from)) || this.code !== undefined && !this.child, 'the start').catch((error) => {
      throw new Error(`${error.message}\n${this.output}`) })
    if (!this.child) throw new Error(`it ended at once (${this.code}):\n${this.output}`)
    return this
  }

  async stop(signal = 'SIGTERM') {
    if (this.child) { this.child.kill(signal); await this.ended }
    this.code = undefined
  }

  /** Runs `digestd WORDS` to its end: {code, out, err}. */
  run(...words) {
    return new Promise((done) => {
      const [first, ...rest] = [...this.before, program, ...words]
      execFile(first, rest, { cwd: this.folder, timeout: 60000 * slow, maxBuffer: 64 << 20, env: { ...process.env, TMPDIR: this.folder } },
        (error, out, err) => { this.output += out + err; done({ code: error ? (error.code ?? error.signal) : 0, out, err }) })
    })
  }

  async json(...words) {
    const { code, out, err } = await this.run(...words, '--json')
    if (code) throw new Error(`digestd ${words.join(' ')}: ${code}: ${err}`)
    return out.trim() ? out.trim().split('\n').map((line) => JSON.parse(line)) : []
  }

  /** deliveries --json, oldest first. */
  async deliveries(...words) { return (await this.json('deliveries', ...words)).reverse() }

  async remove() {
    await this.stop('SIGKILL')
    // Kept for tests/run, which looks whether any secret of the tests stands in anything that was ever printed.
    if (process.env.DIGESTD_OUTPUT) appendFileSync(join(process.env.DIGESTD_OUTPUT, `${process.pid}.log`), this.output)
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** An edition in our own words with `count` items, each with a question. */
export function edition(title, count = 3, word = 'lantern') {
  const items = Array.from({ length: count }, (_, i) => `#### ${title} story ${i + 1}

A ${word} was lit for the ${i + 1}. time, and somebody wrote down <how> & why.

ref. https://example.org/${encodeURIComponent(title)}/${i + 1}

**Questions:**

1. What would you ask about ${word} number ${i + 1}?
`)
  return `---\ntitle: "${title}"\n---\n\n## News\n\n${items.join('\n')}`
}
