/** NIP as the official schemas write it. The check digit does not matter outside production. */
export const nipPattern = /^[1-9](\d[1-9]|[1-9]\d)\d{7}$/;
