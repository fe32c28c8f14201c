// What a browser makes of the built site: no dead link, readable on a phone, light and dark, to be searched.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { root } from '../.vitepress/pages.js';

const folder = path.join(root, 'site/target/site');

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.json': 'application/json' };

const PHONE = 390;

const pages = fs.readdirSync(folder, { recursive: true })
	.filter((file) => file.endsWith('.html') && file !== '404.html' && !file.startsWith('api/'));

let server;

let browser;

let origin;

function fileOf(pathname) {
	return path.join(folder, pathname.endsWith('/') ? `${pathname}index.html` : pathname);
}

before(async () => {
	server = http.createServer((request, response) => {
		const file = fileOf(decodeURIComponent(new URL(request.url, origin).pathname));
		if (!fs.existsSync(file)) {
			response.writeHead(404).end();
			return;
		}
		response.writeHead(200, { 'Content-Type': TYPES[path.extname(file)] ?? 'application/octet-stream' });
		response.end(fs.readFileSync(file));
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	origin = `http://127.0.0.1:${server.address().port}`;
	const executablePath = process.env.PATH.split(path.delimiter).map((each) => path.join(each, 'chromium')).find(fs.existsSync);
	assert.ok(executablePath, 'There is no chromium on the PATH: run .ci/chromium, which installs it on Debian');
	browser = await chromium.launch({
		executablePath,
		args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--disable-background-networking'],
	});
});

after(async () => {
	await browser?.close();
	server?.close();
});

async function open(page, colorScheme, width = PHONE) {
	const context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme });
	const tab = await context.newPage();
	const complaints = [];
	tab.on('pageerror', (error) => complaints.push(error.message));
	tab.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
	await tab.goto(`${origin}/${page}`, { waitUntil: 'load' });
	await tab.waitForFunction(() => document.querySelector('.VPDoc, .vp-doc'));
	return { context, tab, complaints };
}

function picture(tab, page, colorScheme) {
	const name = page.replace(/\.html$/, '').replaceAll('/', '-');
	return tab.screenshot({ path: path.join(folder, '../screenshots', `${name}-${colorScheme}.png`) });
}

test('there are pages', () => {
	assert.ok(pages.length > 15, `${pages}`);
});

for (const page of pages) {
	test(`${page} is readable on a phone, light and dark`, async () => {
		for (const colorScheme of ['light', 'dark']) {
			const { context, tab, complaints } = await open(page, colorScheme);
			const seen = await tab.evaluate(() => ({
				width: document.documentElement.scrollWidth,
				size: parseFloat(getComputedStyle(document.querySelector('.vp-doc p')).fontSize),
				background: getComputedStyle(document.body).backgroundColor.match(/\d+/g).slice(0, 3).map(Number),
				color: getComputedStyle(document.querySelector('.vp-doc p')).color.match(/\d+/g).slice(0, 3).map(Number),
				broken: [...document.images].filter((image) => image.complete && !image.naturalWidth).map((image) => image.src),
			}));
			const [paper, ink] = [seen.background, seen.color].map((each) => each.reduce((sum, part) => sum + part) / 3);
			assert.equal(seen.width, PHONE, 'it is as wide as the screen');
			assert.ok(seen.size >= 16, `${seen.size} px`);
			assert.ok(colorScheme === 'light' ? paper > 200 && ink < 100 : paper < 60 && ink > 180, `${ink} on ${paper}`);
			assert.deepEqual(seen.broken, []);
			assert.deepEqual(complaints, []);
			await picture(tab, page, colorScheme);
			await context.close();
		}
	});

	test(`${page} links to what there is`, async () => {
		const { context, tab } = await open(page, 'light', 1280);
		const links = await tab.evaluate(() => [...document.links].map((link) => link.href));
		const dead = [...new Set(links)].filter((link) => link.startsWith(origin)).filter((link) => {
			const { pathname, hash } = new URL(link);
			const file = fileOf(decodeURIComponent(pathname));
			return !fs.existsSync(file)
				|| (hash && !fs.readFileSync(file, 'utf8').includes(`id="${decodeURIComponent(hash.slice(1))}"`));
		});
		assert.ok(links.length > 10);
		assert.deepEqual(dead, []);
		await context.close();
	});
}

test('the Javadoc of every module is there', async () => {
	const links = [...fs.readFileSync(path.join(folder, 'api/index.html'), 'utf8').matchAll(/href="([\w-]+\/index\.html)"/g)];
	assert.ok(links.length >= 7);
	for (const [, link] of links) {
		assert.ok(fs.existsSync(path.join(folder, 'api', link)), link);
	}
	const tab = await browser.newPage({ viewport: { width: PHONE, height: 844 } });
	await tab.goto(`${origin}/api/index.html`);
	assert.equal(await tab.evaluate(() => document.documentElement.scrollWidth), PHONE);
	await tab.close();
});

test('the search finds a page without a server', async () => {
	const { context, tab } = await open('index.html', 'light', 1280);
	await tab.click('.DocSearch-Button');
	await tab.fill('.VPLocalSearchBox input', 'RunTimeoutException');
	await tab.waitForSelector('.VPLocalSearchBox .result');
	await context.close();
});

test('what is light becomes dark by a click', async () => {
	const { context, tab } = await open('index.html', 'light', 1280);
	await tab.click('.VPNavBar .VPSwitchAppearance');
	assert.ok(await tab.evaluate(() => document.documentElement.classList.contains('dark')));
	await context.close();
});
