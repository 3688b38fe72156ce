export const ko = {
  page: {
    loading: "불러오고 있습니다",
    unreachable: "서버에 연결할 수 없습니다",
    broken: "화면을 그리지 못했습니다",
    brokenHelp: "다시 시도해 주세요. 계속되면 관리자에게 알려 주세요.",
    tryAgain: "다시 시도",
    notFound: "찾는 화면이 없습니다",
    notFoundHelp: "주소가 바뀌었거나 없어진 화면입니다.",
    home: "처음으로",
  },
};

type Texts<T> = { readonly [Key in keyof T]: T[Key] extends string ? string : Texts<T[Key]> };
export type AllTexts = Texts<typeof ko>;
