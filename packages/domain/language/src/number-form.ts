/**
 * Numbers as they are spoken. A recogniser writes 삼십 분 one time and 30분 the next; whoever compares two texts reads both in this
 * form. Sino-Korean numerals, native ones before the counters that take them, digit by digit for telephone numbers and codes.
 */
export function spokenNumbers(text: string): string {
  return text.replace(
    /(\d[\d,]*)(?:\.(\d+))?((?:[-‐–]\d+)*)( ?)([가-힣]*)/g,
    (_, whole: string, fraction: string | undefined, more: string, space: string, behind: string) => {
      const digits = whole.replaceAll(",", "");
      if (more !== "" || digits.startsWith("0") || digits.length > LONGEST_COUNT) {
        const groups = [digits, ...more.split(/[-‐–]/).slice(1)].map(digitByDigit);
        return `${groups.join(" ")}${space}${behind}`;
      }
      if (fraction !== undefined)
        return `${sino(digits)}점${digitByDigit(fraction).replaceAll("공", "영")}${space}${behind}`;
      const native = nativeBefore(Number(digits), behind);
      return native === null ? `${sino(digits)}${space}${behind}` : `${native} ${behind}`;
    },
  );
}

/** More digits than this are no amount: they are said one by one. */
const LONGEST_COUNT = 12;
const DIGITS = ["", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구"] as const;
const UNITS = ["", "십", "백", "천"] as const;
const MYRIADS = ["", "만", "억"] as const;
const NATIVE_ONES = ["", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉"] as const;
const NATIVE_TENS = ["", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔"] as const;
/** What is counted in native numerals; 분, 번 and 층 are left out, being more often minutes, numbers and floors. */
const NATIVE_COUNTERS =
  /^(살|시간|시(?![가-힣])|시에|시까지|시부터|명|개(?!월|년|국)|마리|잔|병|권|배|달|가지|군데|곳|사람|그루|송이|켤레)/;
const MOST_HOURS = 12;

function digitByDigit(digits: string): string {
  return [...digits].map((digit) => (digit === "0" ? "공" : DIGITS[Number(digit)])).join("");
}

function sino(digits: string): string {
  if (Number(digits) === 0) return "영";
  const groups: string[] = [];
  for (let end = digits.length; end > 0; end -= 4) groups.push(digits.slice(Math.max(0, end - 4), end));
  return groups
    .map((group, i) => {
      const written = underTenThousand(group);
      if (written === "") return "";
      return i === 1 && written === "일" ? "만" : `${written}${MYRIADS[i]}`;
    })
    .toReversed()
    .join("");
}

function underTenThousand(group: string): string {
  return [...group]
    .map((digit, i) => {
      const unit = UNITS[group.length - 1 - i] ?? "";
      if (digit === "0") return "";
      return digit === "1" && unit !== "" ? unit : `${DIGITS[Number(digit)]}${unit}`;
    })
    .join("");
}

function nativeBefore(value: number, behind: string): string | null {
  const counter = NATIVE_COUNTERS.exec(behind)?.[1];
  if (counter === undefined || value < 1 || value > 99) return null;
  if (counter.startsWith("시") && counter !== "시간" && value > MOST_HOURS) return null;
  if (value === 20) return "스무";
  return `${NATIVE_TENS[Math.floor(value / 10)]}${NATIVE_ONES[value % 10]}`;
}
