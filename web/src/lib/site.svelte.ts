/** What is known before anybody logs in. */
class Site {
  name = import.meta.env.VITE_APP_NAME;
}

export const site = new Site();
