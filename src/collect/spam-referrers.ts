/**
 * Hosts known for sending beacons with themselves as the referrer, so that owners look them up ("referrer spam").
 * Subdomains count as their host.
 */
const HOSTS = `
  1-99seo.com 100dollars-seo.com 4webmasters.org 7makemoneyonline.com adspart.com adviceforum.info amanda-porn.ga
  anticrawler.org artparquet.ru best-seo-offer.com best-seo-report.com best-seo-software.xyz best-seo-solution.com
  bestwebsitesawards.com bizru.info blackhatworth.com blue-square.biz bot-traffic.icu bot-traffic.xyz
  bottraffic.live bottraffic143.xyz bottraffic999.xyz brakehawk.com budilneg.xyz burger-imperia.com
  buttons-for-website.com buttons-for-your-website.com buy-cheap-online.info cenokos.ru cenoval.ru
  chinese-amezon.com compliance-alex.top compliance-don.xyz cookie-law-enforcement-aa.xyz copyrightclaims.org
  covid-schutzmasken.de cyber-monday.ga dailyrank.net darodar.com descargar-musica-gratis.net domination.ml
  e-buyeasy.com econom.co elmifarhangi.com erot.co escort-russian.com event-tracking.com fbdownloader.com
  fix-website-errors.com floating-share-buttons.com forex-procto.ru free-floating-buttons.com free-share-buttons.com
  free-social-buttons.com free-social-buttons.xyz free-traffic.xyz free-video-tool.com get-free-social-traffic.com
  get-free-traffic-now.com get-your-social-buttons.info googlsucks.com guardlink.org how-to-earn-quick-money.com
  howtostopreferralspam.eu hulfingtonpost.com humanorightswatch.org hundejo.com iloveitaly.ro ilovevitaly.co
  ilovevitaly.com ilovevitaly.ru ilovevitaly.xyz intl-alliance.com iskalko.ru justprofit.xyz kambasoft.com
  keywords-monitoring-success.com keywords-monitoring-your-success.com kinobum.org knigonosha.net
  law-enforcement-bot-ff.xyz law-enforcement-check-three.xyz lombia.co lumb.co makemoneyonline.com
  meendo-free-traffic.ga monetizationking.net musicprojectfoundation.com net-profits.xyz nufaq.com o-o-6-o-o.com
  o-o-8-o-o.com offers.bycontext.com onlinetvseries.me pornhub-forum.ga pornhub-ru.com priceg.com prodvigator.ua
  qualitymarketzone.com quick-seo-rank.xyz quit-smoking.ga rank-checker.online rankings-analytics.com ranksindia.com
  ranksonic.info ranksonic.org responsive-test.net savetubevideo.com screentoolkit.com securesmrt-dt.ru semalt.com
  semaltmedia.com seo-platform.com seo-smm.kz seoanalyses.com seocheckupx.com seoexperimenty.ru seopub.net
  sexyali.com share-buttons-for-free.com share-buttons.xyz sharebutton.net sharebutton.to simple-share-buttons.com
  site-auditor.online sitevaluation.org smailik.org social-buttons.com social-buttons.xyz social-traffic-1.xyz
  social-traffic-2.xyz social-traffic-3.xyz social-widget.xyz socialseet.ru sohoindia.net solitaire-game.ru
  success-seo.com superiends.org supervesti.ru tasteidea.com theguardlan.com tomck.com top1-seo-service.com
  trafers.com traffic-cash.xyz traffic2cash.org traffic2cash.xyz traffic2money.com trafficbot.life trafficbot.live
  trafficgenius.xyz trafficmonetize.org trafficmonetizer.org uptime-eu.net uptimebot.net uptimechecker.com
  viagra-soft.ru video--production.com videos-for-your-business.com vodkoved.ru webmonetizer.net
  website-analyzer.info website-errors-scanner.com websites-reviews.com websocial.me wordpress-crew.net
  ykecwqlixx.ru youporn-forum.ga youporn-forum.uni.me your-good-links.com yourserverisdown.com zastroyka.org
`;

const hosts = new Set(HOSTS.trim().split(/\s+/));

/** How many hosts are known. */
export const SPAM_HOSTS = hosts.size;

/** Whether a host, or a host it belongs to, is a known spam referrer. */
export function isSpamHost(host: string): boolean {
  for (let from = 0; from !== -1; ) {
    if (hosts.has(from === 0 ? host : host.slice(from))) return true;
    const dot = host.indexOf(".", from);
    from = dot === -1 ? -1 : dot + 1;
  }
  return false;
}
