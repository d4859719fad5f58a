// Prints what of nginx' configuration depends on the settings of a build: which scripts, frames and framing are admitted.
// The gateway has the same in gateway/front_end/policy.py.
const { VITE_TURNSTILE_SITE_KEY: siteKey = "", FRAME_ANCESTORS: ancestors = "" } = process.env;
const CLOUDFLARE = "https://challenges.cloudflare.com";

const sites = ancestors
  .split(/\s+/)
  .filter(Boolean)
  .map((site) => (/^'?self'?$/.test(site) ? "'self'" : site.toLowerCase()));
if (!sites.every((site) => /^('self'|https?:\/\/[\w.[:\]-]+)$/.test(site))) {
  console.error(
    "FRAME_ANCESTORS must be the addresses of sites without a path, such as https://home.example.org:8123, " +
      "separated by spaces; self is the site's own",
  );
  process.exit(1);
}

const policy = [
  "default-src 'self'",
  ...(siteKey ? [`script-src 'self' ${CLOUDFLARE}`, `frame-src ${CLOUDFLARE}`] : []),
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  `frame-ancestors ${sites.join(" ") || "'none'"}`,
].join("; ");

// an empty header is not sent: X-Frame-Options cannot name the sites that may frame, and with an opener policy browsers
// refuse the window that a sandboxed frame opens for a consent
const unlessFramed = (value) => (sites.length > 0 ? "" : value);
console.log(`map "" $content_security_policy { default "${policy}"; }`);
console.log(`map "" $frame_options { default "${unlessFramed("DENY")}"; }`);
console.log(`map "" $opener_policy { default "${unlessFramed("same-origin")}"; }`);
