// Which screen is open: in the address, so that a reload and the browser's buttons stay in place.
export const screens = ['home', 'frames', 'faces', 'train', 'merge', 'result'] as const;
export type Screen = (typeof screens)[number];
export type Side = 'src' | 'dst';

const read = (): Screen => {
  const name = location.pathname.slice(1);
  return (screens as readonly string[]).includes(name) ? (name as Screen) : 'home';
};

export const place = $state({
  screen: read(),
  side: 'src' as Side,
  jobsOpen: localStorage.getItem('jobs') !== 'closed',
  guideOpen: localStorage.getItem('guide') === 'open',
  palette: false,
  help: false,
});

export function go(screen: Screen) {
  place.screen = screen;
  history.pushState(null, '', screen === 'home' ? '/' : `/${screen}`);
}

export function toggleJobs() {
  place.jobsOpen = !place.jobsOpen;
  localStorage.setItem('jobs', place.jobsOpen ? 'open' : 'closed');
}

export function toggleGuide() {
  place.guideOpen = !place.guideOpen;
  localStorage.setItem('guide', place.guideOpen ? 'open' : 'closed');
}

addEventListener('popstate', () => (place.screen = read()));
