const SECTIONS = [
  ['', 'Matches'],
  ['/resale', 'From fans'],
  ['/orders', 'My tickets'],
  ['/account', 'Account'],
];
const LOCALES = { en: 'English', es: 'Español', fr: 'Français', ar: 'العربية' };

export const metadata = {
  title: 'Tickets for every match · Cup Tickets',
  description: 'All matches by day, with prices and what is left.',
};

export default async function Layout({ children, params }) {
  const { locale } = await params;
  return (
    <html lang={locale} dir={locale === 'ar' ? 'rtl' : 'ltr'}>
      <body>
        <a href="#main">Skip to the content</a>
        <header>
          <a href={`/${locale}`}>Cup Tickets</a>
          <nav aria-label="Site">
            {SECTIONS.map(([path, name]) => (
              <a key={path} href={`/${locale}${path}`}>{name}</a>
            ))}
          </nav>
          <details>
            <summary>{LOCALES[locale]}</summary>
            <ul>
              {Object.entries(LOCALES).filter(([tag]) => tag !== locale).map(([tag, name]) => (
                <li key={tag}><a href={`/${tag}`} lang={tag}>{name}</a></li>
              ))}
            </ul>
          </details>
        </header>
        <main id="main">{children}</main>
        <footer>
          <span>Cup Tickets</span> <a href={`/${locale}/help`}>Help</a> <span>Prices include all fees.</span>
        </footer>
      </body>
    </html>
  );
}
