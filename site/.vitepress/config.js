import path from 'node:path';
import { defineConfig } from 'vitepress';
import { copyTo, root, slug, target } from './pages.js';

const built = path.join(root, 'site/target');

const sources = path.join(built, 'pages');

copyTo(sources);

const guide = [
	['why', 'Why and when'],
	['getting-started', 'Getting started'],
	['http-interfaces', 'HTTP interfaces'],
	['recipes', 'Recipes'],
	['context', 'Context'],
	['testing', 'Testing'],
	['operating', 'Operating'],
];

const reference = [
	['contract', 'The contract'],
	['clients', 'Clients and frameworks'],
	['moving', 'Moving from block, join, get'],
	['properties', 'Properties'],
	['actuator', 'Health and endpoint'],
	['meters', 'Meters'],
	['troubleshooting', 'Troubleshooting'],
	['versions', 'Versions'],
];

const evidence = [
	['comparison', 'Comparison'],
	['benchmarks', 'Benchmarks'],
	['reliability', 'Reliability'],
	['tests', 'Tests'],
];

const items = (folder, entries) => entries.map(([page, text]) => ({ text, link: `/${folder}/${page}` }));

export default defineConfig({
	title: 'palitra',
	description: 'Call asynchronous clients from synchronous Java code, and wait for them properly',
	head: [['link', { rel: 'icon', href: '/favicon.svg', type: 'image/svg+xml' }]],
	srcDir: sources,
	outDir: path.join(built, 'site'),
	cacheDir: path.join(built, 'cache'),
	markdown: {
		anchor: { slugify: slug },
		config(md) {
			// Before VitePress looks at the links, which it takes for relative to where pages are on the site.
			md.core.ruler.push('targets', ({ tokens, env }) => {
				const page = path.relative(sources, env.path).replaceAll(path.sep, '/');
				for (const token of tokens.flatMap((each) => each.children ?? [])) {
					if (token.type === 'link_open') {
						token.attrSet('href', target(page, token.attrGet('href')));
					}
				}
			});
		},
	},
	themeConfig: {
		search: { provider: 'local' },
		nav: [
			{ text: 'Guide', link: '/guide/why', activeMatch: '/guide/' },
			{ text: 'Reference', link: '/reference/contract', activeMatch: '/reference/' },
			{ text: 'Evidence', link: '/evidence/comparison', activeMatch: '/evidence/' },
			{ text: 'Javadoc', link: '/api/index.html', target: '_self' },
		],
		sidebar: [
			{ text: 'Guide', items: items('guide', guide) },
			{ text: 'Reference', collapsed: false, items: items('reference', reference) },
			{ text: 'Evidence', collapsed: true, items: items('evidence', evidence) },
		],
		outline: [2, 3],
		socialLinks: [{ icon: 'github', link: 'https://github.com/palitra/palitra-jvm' }],
		footer: { message: 'BSD-3-Clause' },
	},
	// Made after the site, and what runs on the reader’s machine
	ignoreDeadLinks: [/^\/api\//, /^http:\/\/localhost/],
});
