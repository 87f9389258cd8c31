// The connection is lost and comes back: nothing is missing then, and nothing is there twice.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { answers, Demo, ids, launch, open, say, skip } from './stage.mjs';

const WAIT = { timeout: 20000 };

function assertRisingOnce(numbers) {
  for (const [at, id] of numbers.entries()) if (at) assert.ok(id > numbers[at - 1], `${numbers[at - 1]} before ${id} in ${numbers}`);
}

describe('a lost connection', { skip }, () => {
  let demo;
  let browser;

  before(async () => {
    demo = await new Demo().start();
    browser = await launch();
  });

  after(async () => {
    await browser?.close();
    await demo?.end();
  });

  test('the daemon dies and comes back', { timeout: 90000 }, async () => {
    const page = await open(browser, demo);
    const late = await open(browser, demo);
    await page.waitForSelector('#log .row.post', WAIT);
    await say(page, '/item 1');
    await answers(page).first().waitFor(WAIT);
    const before = await ids(page);
    await demo.stop('SIGKILL');
    await page.locator('#trouble', { hasText: '连接断了' }).waitFor(WAIT);
    await say(page, '/item 5'); // typed while nobody listens: goes out afterwards, once
    await page.locator('#waiting .row', { hasText: '等连接恢复后发出' }).waitFor(WAIT);
    await demo.start();
    await page.locator('#trouble').waitFor({ state: 'hidden', ...WAIT });
    await answers(page).filter({ hasText: 'FTS5' }).first().waitFor(WAIT);
    await late.locator('#trouble').waitFor({ state: 'hidden', ...WAIT });
    await answers(late).filter({ hasText: 'FTS5' }).first().waitFor(WAIT);
    await page.waitForFunction(() => document.querySelectorAll('#waiting .row').length === 0, null, WAIT);
    const now = await ids(page);
    assert.deepEqual(now.slice(0, before.length), before, 'what stood there still does');
    assertRisingOnce(now);
    assert.equal(await page.locator('#log .row.said', { hasText: '/item 5' }).count(), 1);
    assert.equal(await answers(page).filter({ hasText: 'FTS5' }).count(), 1);
    await page.reload({ waitUntil: 'domcontentloaded' });
    await page.waitForSelector('#log .row.post', WAIT);
    assert.deepEqual(await ids(page), await ids(late), 'every page shows the same rows');
    await page.context().close();
    await late.context().close();
  });

  test('a network that goes silent, and one that is back', { timeout: 90000 }, async () => {
    const page = await open(browser, demo);
    const other = await open(browser, demo);
    await page.waitForSelector('#log .row.post', WAIT);
    await page.evaluate(() => { // the socket stays open and nothing comes: as when a laptop changed its network
      globalThis.silenced = WebSocket.prototype.send;
      WebSocket.prototype.send = function swallow() {};
    });
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await page.locator('#trouble').waitFor({ state: 'visible', timeout: 20000 });
    await say(other, '/item 6');
    await answers(other).filter({ hasText: '模型卡片' }).first().waitFor(WAIT);
    await page.evaluate(() => { WebSocket.prototype.send = globalThis.silenced; });
    await page.click('#again');
    await answers(page).filter({ hasText: '模型卡片' }).first().waitFor(WAIT);
    await page.locator('#trouble').waitFor({ state: 'hidden', ...WAIT });
    assertRisingOnce(await ids(page));
    assert.deepEqual(await ids(page), await ids(other));
    await page.context().close();
    await other.context().close();
  });

  test('who has scrolled up is told of what is new, and stays where they are', async () => {
    const page = await open(browser, demo, { viewport: { width: 500, height: 480 } });
    const other = await open(browser, demo);
    await page.waitForSelector('#log .row.post', WAIT);
    await page.evaluate(() => document.getElementById('scroll').scrollTo(0, 40));
    await page.waitForTimeout(200);
    await say(other, '/item 7');
    await page.locator('#pill', { hasText: /条新消息/ }).waitFor(WAIT);
    assert.ok(await page.evaluate(() => document.getElementById('scroll').scrollTop) < 100);
    await page.click('#pill');
    await page.locator('#pill').waitFor({ state: 'hidden', ...WAIT });
    await page.waitForFunction(() => {
      const scroll = document.getElementById('scroll');
      return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 5;
    }, null, WAIT);
    await page.context().close();
    await other.context().close();
  });
});
