// The room as somebody meets it in a browser: first lines, posts, questions, paging, history, files, keyboard.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { answers, axe, Demo, ids, launch, open, root, sample, say, skip } from './stage.mjs';

const TITLE = '身边的大模型';
const WAIT = { timeout: 10000 };

describe('the room', { skip }, () => {
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

  test('first lines, the edition, an item within half a minute', { timeout: 60000 }, async () => {
    const page = await open(browser, demo);
    await page.waitForSelector('#first:not([hidden])', WAIT);
    const first = await page.innerText('#first');
    assert.match(first, /这是你的试验房间，只有这台电脑看得到，不会发到任何群。/);
    assert.match(first, /半分钟内会来一条/);
    assert.match(first, /digestd init/);
    assert.deepEqual(await page.locator('#first .chips button').allInnerTexts(), ['本周', '第 2 条', '今日一问', '搜索']);
    const edition = page.locator('#log .row.post', { hasText: TITLE }).first();
    await edition.waitFor(WAIT);
    assert.match(await edition.innerText(), /热点回顾[\s\S]*1 一台旧笔记本也能问答[\s\S]*本周精选/);
    const item = page.locator('#log .row.post', { hasText: /\d+\/\d+ · / });
    await item.first().waitFor({ timeout: 32000 });
    assert.match(await item.first().innerText(), /来源/);
    assert.deepEqual(page.outside, []);
    assert.deepEqual(page.trouble, []);
    await page.context().close();
  });

  test('commands are answered, typed or tapped', async () => {
    const page = await open(browser, demo);
    await page.waitForSelector('#log .row.post', WAIT);
    await say(page, '/week');
    await page.locator('#log .row.said.mine', { hasText: '/week' }).waitFor(WAIT);
    await answers(page).filter({ hasText: TITLE }).first().waitFor(WAIT);
    await page.click('#chips button:has-text("第 2 条")');
    const item = answers(page).filter({ hasText: 'whisper.cpp', has: page.locator('details') }).last(); // the week's answer names it too
    await item.waitFor(WAIT);
    const link = item.locator('.body a').first();
    assert.match(await link.getAttribute('href'), /^https:\/\//);
    assert.equal(await link.getAttribute('rel'), 'noopener noreferrer');
    const questions = item.locator('details');
    assert.equal(await questions.evaluate((element) => element.open), false);
    await questions.locator('summary').click();
    assert.equal(await questions.evaluate((element) => element.open), true);
    assert.equal(await page.locator('#waiting .row').count(), 0, 'nothing is still on its way');
    await page.context().close();
  });

  test('a search has pages', async () => {
    const page = await open(browser, demo);
    await page.waitForSelector('#log .row.post', WAIT);
    await page.click('#chips button:has-text("搜索")');
    assert.equal(await page.inputValue('#text'), '/search ');
    await page.keyboard.type('模型');
    const asked = await answers(page).count();
    await page.keyboard.press('Enter');
    await page.waitForFunction((count) => document.querySelectorAll('#log .row.answer').length > count, asked, WAIT);
    const next = page.locator('#log .row.answer').last().locator('.buttons button').last();
    await next.waitFor(WAIT);
    const before = await answers(page).count();
    const firstPage = await answers(page).last().innerText();
    const command = await next.innerText();
    await next.click();
    await page.waitForFunction((count) => document.querySelectorAll('#log .row.answer').length > count, before, WAIT);
    const secondPage = await answers(page).last().innerText();
    assert.notEqual(secondPage, firstPage);
    assert.match(secondPage, /模型/);
    assert.ok(command.length > 0);
    await page.context().close();
  });

  test('history stays over a reload, the name too, and other pages see what is said', async () => {
    const page = await open(browser, demo);
    await page.waitForSelector('#log .row.post', WAIT);
    await page.click('#name');
    await page.fill('#who-name', '<b>阿明</b>');
    await page.click('#who-save');
    await say(page, '/item 1');
    await answers(page).filter({ hasText: '旧笔记本' }).last().waitFor(WAIT);
    const before = await ids(page);
    const other = await open(browser, demo);
    await other.locator('#log .row.said', { hasText: '<b>阿明</b>' }).waitFor(WAIT); // as text
    assert.equal(await other.locator('#log .row.said.mine').filter({ hasText: '/item 1' }).count(), 0);
    await page.reload({ waitUntil: 'domcontentloaded' });
    await page.waitForSelector('#log .row.post', WAIT);
    assert.deepEqual((await ids(page)).slice(0, before.length), before);
    assert.equal(await page.innerText('#name'), '<b>阿明</b>');
    await page.locator('#log .row.said.mine', { hasText: '/item 1' }).waitFor(WAIT);
    await other.context().close();
    await page.context().close();
  });

  test('commands are offered while one is typed', async () => {
    const page = await open(browser, demo);
    await page.waitForSelector('#log .row.post', WAIT);
    await page.fill('#text', '/');
    const offered = await page.locator('#hints [role=option] .name').allInnerTexts();
    for (const name of ['/week', '/item', '/question', '/search', '/help']) assert.ok(offered.includes(name), `${name} in ${offered}`);
    assert.ok(!offered.includes('/post'), 'what only editors may is not offered');
    await page.fill('#text', '/it');
    assert.deepEqual(await page.locator('#hints [role=option] .name').allInnerTexts(), ['/item']);
    await page.keyboard.press('Tab');
    assert.equal(await page.inputValue('#text'), '/item ');
    assert.equal(await page.getAttribute('#text', 'aria-expanded'), 'false');
    await page.context().close();
  });

  test('a dropped file is read and shown as each place will show it', async () => {
    const page = await open(browser, demo, { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.waitForSelector('#log .row.post', WAIT);
    const text = readFileSync(sample('sample-en.md'), 'utf8');
    await page.evaluate((content) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([content], '我的 <一期>.md', { type: 'text/markdown' }));
      for (const type of ['dragenter', 'dragover', 'drop']) document.body.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }, text);
    await page.waitForSelector('#reading .counts', WAIT);
    assert.equal(await page.innerText('#reading-title'), '我的 <一期>.md 读成了什么');
    assert.match(await page.innerText('#reading .counts'), /3 个小节 · 8 条 · \d+ 个问题 · 8 个链接/);
    const explained = page.locator('#reading details.explained');
    assert.equal(await explained.evaluate((element) => element.open), false, 'folded until somebody wonders');
    await explained.locator('summary').click();
    assert.match(await explained.locator('tr.of-title').innerText(), /标题[\s\S]*文件头里写了标题\s*title-front/);
    assert.match(await explained.locator('tr.of-section', { hasText: 'In the news' }).innerText(), /^\d+\s*栏目/);
    assert.match(await explained.locator('tr.of-item', { hasText: 'Time zones are data' }).innerText(), /条目[\s\S]*item-heading/);
    assert.deepEqual(await axe(page), []);
    await explained.locator('summary').click();
    await page.click('#reading .item:has-text("Time zones are data")');
    await page.locator('#panel-room', { hasText: 'Offsets change by decree' }).waitFor(WAIT);
    assert.equal(await page.locator('#panel-room details').count(), 1);
    await page.click('#tab-telegram');
    const telegram = await page.innerText('#panel-telegram');
    assert.match(telegram, /Offsets change by decree/);
    assert.match(telegram, /\d+ \/ 4,096/);
    await page.click('#tab-text');
    await page.click('#panel-text button.copy');
    await page.locator('#panel-text .copied', { hasText: '已复制' }).waitFor(WAIT);
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(copied, /^Time zones are data, not code\n/);
    assert.match(copied, /https:\/\/www\.iana\.org\/time-zones/);
    assert.equal(await page.locator('#log .row', { hasText: 'Offsets change by decree' }).count(), 0, 'nothing was posted');
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('#reading[open]').count(), 0);
    await page.context().close();
  });

  test('of a feed the newest edition is shown, and how many there are', async () => {
    const page = await open(browser, demo);
    await page.waitForSelector('#log .row.post', WAIT);
    const week = (day, title) => `<item><title>${title}</title><link>https://e.example/${day}</link><pubDate>${day} Jan 2026 08:00:00 +0000</pubDate></item>`;
    const feed = `<rss version="2.0"><channel><title>短讯</title>${week(20, 'Newest')}${week(6, 'Oldest')}</channel></rss>`;
    await page.setInputFiles('#file', { name: 'feed.xml', mimeType: 'application/xml', buffer: Buffer.from(feed) });
    await page.waitForSelector('#panel-room', WAIT);
    assert.match(await page.innerText('#reading .editions'), /2/);
    assert.match(await page.innerText('#reading'), /Newest/);
    await page.context().close();
  });

  test('a file that cannot be read says why', async () => {
    const page = await open(browser, demo);
    await page.waitForSelector('#log .row.post', WAIT);
    const read = async (name, buffer) => {
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.click('#chips .file')]);
      await chooser.setFiles({ name, mimeType: 'text/markdown', buffer });
      await page.waitForSelector('#reading .failed', WAIT);
      const message = await page.innerText('#reading .message');
      if (name === 'words.md') assert.match(await page.innerText('#reading details.explained[open] tbody tr'), /Only words\.[\s\S]*unread/);
      await page.keyboard.press('Escape');
      return message;
    };
    assert.match(await read('empty.md', Buffer.alloc(0)), /empty\.md|空|empty/);
    const words = await read('words.md', Buffer.from('Only words.\n'));
    assert.match(words, /^words\.md: 读出 0 条/);
    assert.doesNotMatch(words, /digestd read/); // what helps stands below
    assert.match(await read('picture.md', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0, 1, 2, 3])), /picture\.md/);
    assert.equal(await read('large.md', Buffer.alloc(2 * 1024 * 1024 + 1, 0x61)), '文件超过 2 MB。');
    await page.context().close();
  });

  test('pictures come lazily, and one that does not load takes no room', async () => {
    const page = await open(browser, demo);
    await page.waitForSelector('#log .row.post', WAIT);
    const text = '---\ntitle: 图\n---\n## 一\n\n#### 有图的一条\n\n看图。\n\n![没有这张图](http://127.0.0.1:9/none.png)\n';
    await page.setInputFiles('#file', { name: 'picture.md', mimeType: 'text/markdown', buffer: Buffer.from(text) });
    const image = page.locator('#panel-room img');
    await page.waitForSelector('#panel-room', WAIT);
    assert.equal(await image.count(), 1);
    assert.equal(await image.getAttribute('loading'), 'lazy');
    assert.equal(await image.getAttribute('referrerpolicy'), 'no-referrer');
    assert.equal(await image.getAttribute('alt'), '没有这张图');
    await page.waitForFunction(() => document.querySelector('#panel-room img').hidden, null, WAIT);
    await page.context().close();
  });

  test('the page lets nothing live through, whatever the server sends', async () => {
    const page = await open(browser, demo);
    await page.waitForSelector('#log .row.post', WAIT);
    const made = await page.evaluate(async () => {
      const { fromHtml } = await import('/dom.js');
      const box = document.createElement('div');
      box.append(fromHtml('<p onclick="x()" style="color:red" id="log">a<script>globalThis.bad = 1</script><img src="javascript:x" onerror="globalThis.bad = 1" alt="b">'
        + '<a href="javascript:globalThis.bad=1">c</a><a href="//evil.example/">d</a><a href="https://example.org/">e</a><iframe src="/"></iframe><svg><a href="javascript:1"></a></svg></p>'
        + '<form action="https://evil.example/"><button>f</button></form>'));
      document.body.append(box);
      await new Promise((done) => { setTimeout(done, 100); });
      const html = box.innerHTML;
      box.remove();
      return { html, bad: globalThis.bad };
    });
    assert.equal(made.bad, undefined);
    assert.doesNotMatch(made.html, /javascript:|onerror|onclick|style=|id=|<script|<iframe|<svg|<form|<button|evil/);
    assert.match(made.html, /<a href="https:\/\/example\.org\/" target="_blank" rel="noopener noreferrer">e<\/a>/);
    const policy = (await page.request.get(demo.url)).headers()['content-security-policy'];
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe/);
    await page.context().close();
  });

  test('English by the browser', async () => {
    const page = await open(browser, demo, { locale: 'en-US' });
    await page.waitForSelector('#first:not([hidden])', WAIT);
    assert.match(await page.innerText('#first'), /Your trial room\. Only this computer sees it; nothing goes to any group\./);
    assert.equal(await page.getAttribute('html', 'lang'), 'en');
    assert.deepEqual(await page.locator('#chips button').allInnerTexts(), ['This week', 'Item 2', 'Question', 'Search', 'Choose a .md']);
    assert.equal(await page.innerText('#archive'), 'Archive');
    await page.context().close();
  });

  test('a phone needs no sideways scrolling', async () => {
    for (const locale of ['zh-CN', 'en-US']) {
      const page = await open(browser, demo, { locale, viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true });
      await page.waitForSelector('#log .row.post', WAIT);
      const wide = () => page.evaluate(() => [document.documentElement, document.getElementById('scroll')].map((one) => one.scrollWidth - one.clientWidth));
      assert.deepEqual(await wide(), [0, 0]);
      await page.fill('#text', '/');
      await page.waitForSelector('#hints:not([hidden])', WAIT);
      assert.deepEqual(await wide(), [0, 0]);
      const box = await page.locator('#send').boundingBox();
      assert.ok(box.x + box.width <= 360 && box.y + box.height <= 640, 'the send button is on the screen');
      await page.goto(`${demo.url}archive`, { waitUntil: 'domcontentloaded' });
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
      await page.context().close();
    }
  });

  test('the archive is plain HTML with an address for each item', async () => {
    const page = await open(browser, demo, { path: 'archive', javaScriptEnabled: false });
    await page.click(`a:has-text("${TITLE}")`);
    assert.match(await page.innerText('h1'), new RegExp(TITLE));
    assert.equal(await page.locator('article').count(), 12);
    await page.click('nav.contents a:has-text("模型卡片")');
    assert.match(page.url(), /\/archive\/[^/]+\/[^/]+#6$/);
    assert.match(await page.innerText('article[id="6"]'), /模型卡片[\s\S]*Model Cards for Model Reporting/);
    const answer = await page.goto(`${demo.url}archive/no/such`, { waitUntil: 'domcontentloaded' });
    assert.equal(answer.status(), 404);
    await page.context().close();
  });

  test('axe-core finds nothing, in light and in dark', { timeout: 90000 }, async () => {
    for (const [colorScheme, command, word] of [['light', '/item 3', 'WebGPU'], ['dark', '/item 9', 'Transformer']]) {
      const page = await open(browser, demo, { colorScheme });
      await page.waitForSelector('#log .row.post', WAIT);
      await say(page, command);
      await answers(page).filter({ hasText: word }).last().waitFor(WAIT);
      await page.waitForTimeout(400); // the animation of the newest row ends
      assert.deepEqual(await axe(page), [], `room, ${colorScheme}`);
      await page.fill('#text', '/');
      await page.keyboard.press('ArrowDown');
      assert.deepEqual(await axe(page), [], `commands, ${colorScheme}`);
      await page.fill('#text', '');
      await page.click('#name');
      assert.deepEqual(await axe(page), [], `name, ${colorScheme}`);
      await page.keyboard.press('Escape');
      await page.setInputFiles('#file', sample('sample-zh.md'));
      await page.waitForSelector('#panel-room', WAIT);
      assert.deepEqual(await axe(page), [], `a file, ${colorScheme}`);
      for (const path of ['archive', 'no/such/page']) {
        await page.goto(demo.url + path, { waitUntil: 'domcontentloaded' });
        assert.deepEqual(await axe(page), [], `${path}, ${colorScheme}`);
      }
      await page.goto(`${demo.url}archive`, { waitUntil: 'domcontentloaded' });
      await page.click(`a:has-text("${TITLE}")`);
      assert.deepEqual(await axe(page), [], `an edition, ${colorScheme}`);
      await page.context().close();
    }
  });

  // Tab (or Shift+Tab) until the element with the focus matches; it must be seen to have it.
  async function tabTo(page, selector, key = 'Tab') {
    for (let presses = 0; presses < 60; presses += 1) {
      await page.keyboard.press(key);
      const there = await page.evaluate((wanted) => {
        const active = document.activeElement;
        if (!active.matches(wanted)) return null;
        const style = getComputedStyle(active);
        return { seen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2, inView: active.getBoundingClientRect().bottom <= innerHeight + 1 };
      }, selector);
      if (!there) continue;
      assert.ok(there.seen, `${selector} shows that it has the focus`);
      assert.ok(there.inView, `${selector} is in view`);
      return;
    }
    assert.fail(`${selector} is not reached by ${key}`);
  }

  test('a walk by keyboard alone', { timeout: 60000 }, async () => {
    const page = await open(browser, demo);
    await page.waitForSelector('#log .row.post', WAIT);
    await tabTo(page, '#archive');
    await tabTo(page, '#name');
    await page.keyboard.press('Enter');
    await page.keyboard.type('键盘');
    await page.keyboard.press('Enter');
    assert.equal(await page.innerText('#name'), '键盘');
    await tabTo(page, '#scroll');
    await tabTo(page, '#chips button:nth-child(2)');
    const count = await answers(page).count();
    await page.keyboard.press('Enter');
    await page.waitForFunction((before) => document.querySelectorAll('#log .row.answer').length > before, count, WAIT);
    await page.keyboard.press('/');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'text');
    await page.keyboard.type('item 4');
    await page.keyboard.press('Enter');
    await answers(page).filter({ hasText: 'JSON Schema' }).last().waitFor(WAIT);
    await tabTo(page, '#log .row.answer summary', 'Shift+Tab');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement.parentElement.open), true);
    await page.locator('#text').focus();
    await page.keyboard.type('/que');
    await page.keyboard.press('ArrowDown');
    assert.equal(await page.getAttribute('#text', 'aria-activedescendant'), 'hint0');
    await page.keyboard.press('Enter');
    await answers(page).filter({ hasText: '今日一问' }).last().waitFor(WAIT);
    await page.setInputFiles('#file', sample('sample-zh.md'));
    await page.waitForSelector('#panel-room', WAIT);
    await tabTo(page, '#tab-room');
    await page.keyboard.press('ArrowRight');
    assert.equal(await page.getAttribute('#tab-telegram', 'aria-selected'), 'true');
    await tabTo(page, '#panel-telegram');
    await tabTo(page, '#panel-telegram .copy');
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('#reading[open]').count(), 0);
    await page.context().close();
  });

  test('its picture for the README', { skip: process.env.DIGESTD_SCREENSHOT ? false : 'DIGESTD_SCREENSHOT is not set' }, async () => {
    const fresh = await new Demo().start();
    const page = await open(browser, fresh, { viewport: { width: 1000, height: 860 }, deviceScaleFactor: 2 });
    await page.waitForSelector('#log .row.post', WAIT);
    await say(page, '/item 2');
    await answers(page).filter({ hasText: 'whisper.cpp' }).last().waitFor(WAIT);
    await page.fill('#text', '');
    await page.locator('#text').blur();
    await page.waitForTimeout(500);
    await page.screenshot({ path: join(root, 'docs/room.png') });
    await page.context().close();
    await fresh.end();
  });
});
