// Which Markdown of the repository is on the site, where, and where its links lead.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

const repository = 'https://github.com/palitra/palitra-jvm';

const sources = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' })
	.split('\n')
	.filter((file) => file && !file.startsWith('.github/'));

// 'docs/guide/why.md' becomes 'guide/why.md', a README the page of its folder's name
function pageOf(file) {
	if (file === 'README.md') {
		return 'index.md';
	}
	if (file.startsWith('docs/')) {
		return file.slice('docs/'.length);
	}
	const sample = /^(samples\/[\w-]+)\/README\.md$/.exec(file);
	return sample ? `${sample[1]}.md` : file.toLowerCase();
}

const pages = Object.fromEntries(sources.map((file) => [file, pageOf(file)]));

const sourceOf = Object.fromEntries(sources.map((file) => [pageOf(file), file]));

// Copies the pages, the plots in them and the icon to where they are on the site.
export function copyTo(folder) {
	fs.rmSync(folder, { recursive: true, force: true });
	const plots = [...filesAndFolders].filter((file) => /^docs\/.*\.svg$/.test(file));
	const copies = [...Object.entries(pages), ...plots.map((file) => [file, pageOf(file)]),
		['samples/palitra-sample-webmvc/src/main/resources/static/favicon.svg', 'public/favicon.svg']];
	for (const [file, copy] of copies) {
		fs.mkdirSync(path.dirname(path.join(folder, copy)), { recursive: true });
		fs.copyFileSync(path.join(root, file), path.join(folder, copy));
	}
}

const filesAndFolders = new Set(execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' })
	.split('\n')
	.flatMap((file) => file.split('/').map((_, i, parts) => parts.slice(0, i + 1).join('/'))));

// Returns what a link in the source of a page leads to: another page, or what the repository has.
export function target(page, link) {
	const file = sourceOf[page];
	if (/^[a-z]+:/.test(link) || link.startsWith('#')) {
		return link;
	}
	const [to, anchor] = link.split('#');
	const resolved = path.posix.join(path.posix.dirname(file), decodeURIComponent(to)).replace(/\/$/, '');
	const suffix = anchor ? `#${anchor}` : '';
	if (pages[resolved]) {
		return `/${pages[resolved].replace(/(^|\/)index\.md$/, '$1').replace(/\.md$/, '.html')}${suffix}`;
	}
	if (!filesAndFolders.has(resolved)) {
		throw new Error(`${file} links to ${link}, which there is not`);
	}
	return `${repository}/blob/main/${resolved}${suffix}`;
}

// As GitHub makes them, since the links of the Markdown are for both.
export function slug(heading) {
	return heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-');
}
