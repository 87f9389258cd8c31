// A real `digestd demo` and a real browser, for the tests beside this file.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const here = dirname(fileURLToPath(import.meta.url));
export const root = resolve(here, '../../..');
const program = resolve(process.env.DIGESTD ?? join(root, 'build/digestd'));
const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';

// Why the tests cannot run here; false when they can.
export const skip = existsSync(chromium) ? false : `${chromium} is not installed`;

export function sample(name) {
  return join(root, 'deploy/samples', name);
}

export function pause(ms) {
  return new Promise((done) => { setTimeout(done, ms); });
}

async function freePort() {
  const server = net.createServer();
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  const { port } = server.address();
  await new Promise((done) => { server.close(done); });
  return port;
}

// One demo with a state file of its own; it can be killed and started again on the same port and file.
export class Demo {
  constructor({ files = [], language = 'zh_CN.UTF-8' } = {}) {
    this.files = files;
    this.language = language;
    this.folder = mkdtempSync(join(tmpdir(), 'digestd-browser-'));
    this.log = '';
  }

  async start() {
    this.port ??= await freePort();
    this.url = `http://127.0.0.1:${this.port}/`;
    const options = ['--listen', `127.0.0.1:${this.port}`, '--state', join(this.folder, 'demo.db')];
    this.child = spawn(program, ['demo', ...this.files, ...options],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, DIGESTD_SAFE_MODE: 'off', LC_ALL: this.language } });
    this.ended = new Promise((done) => { this.child.once('exit', done); this.child.once('error', done); });
    for (const stream of [this.child.stdout, this.child.stderr]) stream.on('data', (data) => { this.log += data; });
    for (const until = Date.now() + 20000; Date.now() < until; await pause(50)) {
      if (await this.answers()) return this;
      if (this.child.exitCode !== null) break;
    }
    throw new Error(`digestd demo did not start:\n${this.log}`);
  }

  async answers() {
    try {
      return (await fetch(this.url)).ok;
    } catch {
      return false;
    }
  }

  async stop(signal = 'SIGTERM') {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    const late = setTimeout(() => { this.late = true; this.child.kill('SIGKILL'); }, 12000);
    await this.ended;
    clearTimeout(late);
    if (this.late) throw new Error(`digestd did not end within 12 s of ${signal}:\n${this.log}`);
  }

  async end() {
    try {
      await this.stop();
      if (this.child.exitCode !== 0) throw new Error(`digestd ended with ${this.child.exitCode ?? this.child.signalCode}:\n${this.log}`);
    } finally {
      rmSync(this.folder, { recursive: true, force: true });
    }
  }
}

export async function launch() {
  const { chromium: browsers } = require('playwright-core');
  return browsers.launch({
    executablePath: chromium,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
}

// A page of a browser of its own. `trouble` gathers what a developer would see in red; `outside` every request to
// another place than the daemon.
export async function open(browser, demo, { path = '', ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1100, height: 800 }, locale: 'zh-CN', ...options });
  const page = await context.newPage();
  page.trouble = [];
  page.outside = [];
  page.on('pageerror', (error) => page.trouble.push(error.message));
  page.on('console', (message) => { if (message.type() === 'error') page.trouble.push(message.text()); });
  page.on('request', (request) => { if (!request.url().startsWith(demo.url)) page.outside.push(request.url()); });
  await page.goto(demo.url + path, { waitUntil: 'domcontentloaded' });
  return page;
}

export async function say(page, text) {
  await page.fill('#text', text);
  await page.press('#text', 'Enter');
}

// The ids of the rows on the page, in the order they stand there.
export function ids(page) {
  return page.$$eval('#log .row', (rows) => rows.map((row) => Number(row.id.slice(1))));
}

export function answers(page) {
  return page.locator('#log .row.answer');
}

// What axe-core finds wrong, as lines to read.
export async function axe(page) {
  await page.evaluate(readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'));
  const { violations } = await page.evaluate(() => globalThis.axe.run(document));
  return violations.map((one) => `${one.id} (${one.impact}): ${one.nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`);
}
