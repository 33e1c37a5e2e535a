#!/usr/bin/env python3
"""How well detectors find numbers and addresses in shop chat: precision and recall on an authored set.

  detectors.py --program CHATSIEVE [--count 2600] [--talks 700] [--seed 1] [--goal 99] [--list]

Each text is a sentence of shop chat with a number, account or address that is written plainly or in disguise, or
with things that only look alike: orders, parcels, prices, models, dates, sizes, coupons. Check digits are computed
here. Besides, conversations in which a sender spreads a number over two to four messages, among those in which
messages of digits are amounts, sizes, times, parts of orders, or said by somebody else. A find counts when it covers at least four fifths of what it shares with the expected span. With --goal the
program fails when precision or recall of a detector or of all together is below it.
"""
import argparse
import collections
import json
import pathlib
import random
import subprocess
import sys
import tempfile

NUMBERS = ("mobile", "landline", "service_number", "bank_card", "id_card", "qq")
DETECTORS = (*NUMBERS, "wechat", "email", "url", "address", "placeholder")
SHARED = 0.8


def digits(rng, n, first="123456789"):
    return rng.choice(first) + "".join(rng.choice("0123456789") for _ in range(n - 1))


# Values. Check digits: ISO/IEC 7812 annex B for cards, GB 11643 for identity numbers.

def mobile(rng):
    return "1" + digits(rng, 10, "3456789")


def landline(rng):
    area, n = rng.choice((("010", 8), ("021", 8), ("025", 8), ("0571", 8), ("0755", 8), ("0531", 8), ("0793", 7)))
    return area + digits(rng, n, "2345678")


def service_number(rng):
    return rng.choice(("400", "800")) + digits(rng, 7, "1268")


def bank_card(rng):
    start, n = rng.choice((("622202", 19), ("621700", 19), ("622848", 19), ("621661", 19), ("622588", 16), ("621483", 16),
                           ("436742", 16), ("524094", 16), ("622155", 16)))
    body = start + "".join(rng.choice("0123456789") for _ in range(n - 1 - len(start)))
    doubled = [int(c) * (2 if i % 2 == 0 else 1) for i, c in enumerate(reversed(body))]
    return body + str(-sum(v // 10 + v % 10 for v in doubled) % 10)


def id_card(rng):
    area = rng.choice(("110105", "310101", "330106", "440305", "510104", "420111", "610113", "370202", "350203", "230103"))
    born = f"{rng.randint(1950, 2008)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}"
    body = area + born + f"{rng.randint(1, 999):03}"
    total = sum(int(c) * (2 ** (17 - i) % 11) for i, c in enumerate(body))
    check = (12 - total % 11) % 11
    return body + ("X" if check == 10 else str(check))


def qq(rng):
    return digits(rng, rng.randint(6, 10))


# Disguises of digits.

STYLES = {
    "full width": "０１２３４５６７８９", "circled": "⓪①②③④⑤⑥⑦⑧⑨", "Han": "零一二三四五六七八九", "Han round": "〇一二三四五六七八九",
    "spoken": "零幺二三四五六七八九", "formal": "零壹贰叁肆伍陆柒捌玖", "double-struck": "𝟘𝟙𝟚𝟛𝟜𝟝𝟞𝟟𝟠𝟡", "bold": "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
    "negative circled": "⓿❶❷❸❹❺❻❼❽❾", "superscript": "⁰¹²³⁴⁵⁶⁷⁸⁹"}
SEPARATED = {"spaced": " ", "dotted": ".", "dashed": "-", "middle dots": "·", "wide spaced": "\u3000", "zero width": "\u200b",
             "commas": "、"}


def styled(value, style):
    return "".join(STYLES[style][int(c)] if c.isdigit() else c for c in value)


def grouped(rng, value):
    """As people group digits: 138 0013 8000, 6222 0210 ..."""
    cuts = [3, 7] if len(value) == 11 else [6, 14] if len(value) == 18 else range(4, len(value), 4)
    parts, begin = [], 0
    for cut in (*cuts, len(value)):
        parts.append(value[begin:cut])
        begin = cut
    return rng.choice(" -").join(p for p in parts if p)


def disguised(rng, value):
    """(name of the disguise, the value in it); an X at the end stays."""
    kind = rng.choice(("plain", "grouped", "keycaps", "mixed", "separated", "styled", "styled", "styled and separated"))
    if kind == "plain":
        return kind, value
    if kind == "grouped":
        return kind, grouped(rng, value)
    if kind == "keycaps":
        return kind, "".join(c + "\ufe0f\u20e3" if c.isdigit() else c for c in value)
    if kind == "mixed":
        chosen = rng.sample(sorted(STYLES), 3)
        return kind, "".join(rng.choice((c, styled(c, rng.choice(chosen)))) for c in value)
    style, sign = rng.choice(sorted(STYLES)), rng.choice(sorted(SEPARATED))
    if kind == "styled":
        return style, styled(value, style)
    if kind == "separated":
        return sign, SEPARATED[sign].join(value)
    return f"{style}, {sign}", SEPARATED[sign].join(styled(value, style))


def fancy(rng, text):
    """Latin letters and signs written otherwise."""
    kind = rng.choice(("plain", "plain", "upper", "full width", "bold"))
    if kind == "upper":
        return text.upper()
    if kind == "full width":
        return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    if kind == "bold":
        return "".join(chr(0x1D41A + ord(c) - 97) if "a" <= c <= "z" else c for c in text)
    return text


# Accounts and addresses.

SYLLABLES = ("xiao", "mei", "dian", "pu", "jia", "hao", "wen", "ting", "lan", "tao", "bei", "zhou", "qing")


def name(rng):
    return "".join(rng.sample(SYLLABLES, 2)) + rng.choice(("", "_")) + digits(rng, rng.randint(2, 4))


def host(rng):
    return "".join(rng.sample(SYLLABLES, 2)) + rng.choice((".com", ".cn", ".net", ".com.cn", ".vip", ".top", ".shop"))


def email(rng):
    at = rng.choice(("@", "@", "＠", "艾特", "(at)", "[at]", " @ ", "圈a", " at "))
    dot = rng.choice((".", ".", "点", "。", "．", " . "))
    domain = rng.choice(("qq.com", "163.com", "126.com", "gmail.com", "foxmail.com", "sina.com.cn"))
    user = rng.choice((name(rng), digits(rng, 9)))
    return f"{at}/{dot}", fancy(rng, user) + at + domain.replace(".", dot)


def url(rng):
    start = rng.choice(("", "", "http://", "https://")) + rng.choice(("", "www."))
    path = rng.choice(("", "", "/item/1002.html", "/s?id=88", "/vip"))
    dot = rng.choice((".", ".", ".", "点", "。", "．")) if not start.startswith("http") else "."
    return f"{start}{dot}", fancy(rng, (start + host(rng)).replace(".", dot)) + path


CITIES = (("浙江省", "杭州市", "西湖区"), ("江苏省", "南京市", "鼓楼区"), ("广东省", "深圳市", "南山区"), ("", "上海市", "浦东新区"),
          ("", "北京市", "朝阳区"), ("四川省", "成都市", "武侯区"), ("山东省", "青岛市", "市南区"), ("湖北省", "武汉市", "洪山区"),
          ("河南省", "郑州市", "金水区"), ("福建省", "厦门市", "思明区"), ("湖南省", "长沙市", "岳麓区"), ("江苏省", "苏州市", "昆山市"))
STREETS = ("文三路", "中山北路", "人民东路", "解放大道", "建设街", "科技园路", "长江西路", "和平里胡同", "学院路", "新华大街", "世纪大道")
HOUSES = ("阳光花园", "万科公寓", "金茂大厦", "幸福小区", "锦绣苑", "时代广场")
VILLAGES = ("城关镇李家村", "青山镇王庄村", "龙门乡石桥村")


def address(rng):
    province, city, district = rng.choice(CITIES)
    house = rng.choice((f"{rng.randint(1, 30)}栋{rng.randint(1, 4)}单元{rng.randint(101, 2804)}室", f"{rng.randint(1, 20)}号楼{rng.randint(101, 999)}",
                        f"{rng.randint(2, 20)}幢{rng.randint(101, 999)}室", rng.choice(HOUSES) + f"{rng.randint(1, 9)}栋"))
    number = f"{rng.randint(1, 999)}号"
    kind = rng.choice(("full", "full", "no province", "short city", "street", "village", "wide", "spaced"))
    street = rng.choice(STREETS) + number
    text = {"no province": city + district + street + house, "short city": city[:-1] + district + street,
            "street": street + house, "village": province + city + rng.choice(VILLAGES) + number,
            "spaced": " ".join(filter(None, (province, city, district, street)))}.get(kind, province + city + district + street + house)
    if kind == "wide":
        text = styled(text, "full width")
    # A bare room at the end has no unit of its own.
    return kind, text


def placeholder(rng):
    return rng.choice(("XX", "xx", "ＸＸ", "××", "X" * 3, "***", "{name}", "{{姓名}}", "{订单号}", "____", "＊＊＊"))


# Sentences: {} is what is to be found.

SAY = {
    "mobile": ("亲我的电话是{}", "麻烦打这个号 {} 联系我", "{} 这是我手机号哈", "有事加{}", "换个收件电话：{}，谢谢", "手机号{}，收件人王芳", "您拨打{}就行的哦",
               "我电话改成{}了 帮忙改一下", "可以直接联系{}，晚上也在", "师傅的电话{}您记一下"),
    "landline": ("门店座机{}，您打过去问问", "您拨打 {} 咨询下维修点", "公司电话是{}哦", "售后网点：{}", "固话{}白天有人接"),
    "service_number": ("厂家售后是{}，您打一下", "亲可以拨打{}报修的", "全国热线：{}", "安装请打 {} 预约呢", "品牌官方电话{}"),
    "bank_card": ("退款打这张卡 {}", "卡号{}，户名李强", "您把钱转到{}就好", "建行卡号：{} 收款人张伟", "这个是我的银行卡{}，麻烦打款"),
    "id_card": ("身份证号{}，麻烦报关用", "海淘要实名：{}", "身份证 {} 名字是王丽", "补充下证件号：{}，谢谢亲", "我的身份证号码是{}"),
    "qq": ("加QQ{}聊", "QQ：{}，细说", "扣扣{}给你发图", "我的ＱＱ是{}", "q号{}，加一下哈", "企鹅号 {} 备注买家", "Q Q {}", "加一下球球{}", "qq群{}进来领券",
           "Q.Q：{}，加我发你", "ⓠⓠ{}", "联系抠抠{}", "叩叩{}", "蔻蔻号{}", "{}这是我qq号"),
    "wechat": ("加微信{}聊", "微信号：{}", "V信{}发你资料", "vx {} 备注一下", "加我wx：{}", "我的微信是{}哦", "＋V {}", "薇信号{}", "威信{}加一下", "wechat: {}",
               "微❤{}", "微信 {} 拉你进群", "ＶＸ：{}"),
    "email": ("发票发到{} 谢谢", "我的邮箱是{}", "电子发票请发 {} 哈", "邮箱：{}，麻烦了", "说明书发我{}"),
    "url": ("您打开{} 下单", "去 {} 看看更便宜", "官网是{}，可以查真伪", "点这个链接{} 领券", "驱动在{} 下载"),
    "address": ("地址改成{}，谢谢", "麻烦寄到{}", "收货地址：{}", "退货寄回{} 售后收", "亲帮我送到{}，门口放着就行", "自提点在{}哦", "我住{}"),
    "placeholder": ("亲爱的{}您好，欢迎光临", "您好，这里是{}旗舰店", "本店客服{}为您服务", "活动时间{}，记得来哦"),
}


def tracking(rng):
    return rng.choice((f"顺丰SF{digits(rng, 13)}已经发出了", f"圆通单号YT{digits(rng, 13)}，您查下", f"快递单号{digits(rng, 12)}", f"运单号：{digits(rng, 14)}",
                       f"中通的 7{digits(rng, 13)} 显示在路上", f"物流单号 {digits(rng, 15)} 麻烦查一下", f"京东快递JDVA{digits(rng, 11)}"))


def order(rng):
    return rng.choice((f"订单号{digits(rng, 12)}", f"订单编号：{digits(rng, 18, '123')}", f"我的订单{digits(rng, 19, '123')}怎么还没发", f"订单 1{digits(rng, 10, '3456789')} 帮我看下",
                       f"流水号{digits(rng, 20)}", f"条码690{digits(rng, 10)}", f"货号{digits(rng, 8)}"))


def price(rng):
    return rng.choice((f"到手价{rng.randint(10, 19999)}元", f"一共{rng.randint(1, 9999)}.{rng.randint(0, 99):02}", f"满{rng.randint(1, 9)}00减{rng.randint(10, 90)}", f"¥{digits(rng, 5)}",
                       f"销量{digits(rng, 6)}件了", f"定金{rng.randint(1, 99)}抵{rng.randint(100, 300)}", f"退您{rng.randint(10, 99)}块{rng.randint(1, 9)}", f"积分{digits(rng, 5)}"))


def ware(rng):
    return rng.choice(("这款Mate60Pro有货", "RTX4060Ti的可以吗", "KFR-35GW/N8XHB3这个型号", "ThinkPad E14 2023款", "型号MLA001-A", "XXL码还有吗", "选2XL就行", "1920*1080分辨率",
                       "尺寸30*40*50cm", "175/92A的", "iOS17.2.1能用", "v2.0.1版本", f"图片IMG_{digits(rng, 8)}.jpg您看下", "3.5mm接口", "8+256G的", "i7-13700K处理器",
                       f"IMEI 86{digits(rng, 13)}", f"验证码{digits(rng, 6)}", f"优惠券码VIP{digits(rng, 6)}", f"口令A{digits(rng, 3)}B{digits(rng, 4)}C", "QQ音乐会员月卡",
                       "微信支付就行", "退到微信零钱了", "Type-C转3.5", "USB3.0的", "容量20000mAh", "5000K色温", "波长400-700nm"))


def moment(rng):
    day = f"{rng.randint(1, 12)}月{rng.randint(1, 28)}"
    return rng.choice((f"{day}日{rng.randint(8, 20)}点前发货", "2024-01-06 12:30下的单", "20240618活动开始", "2024.6.18到期", "2023/11/11买的", "工作时间9:00-18:00", "三到五天到货",
                       "周一至周五 8:30-17:30", "质保12个月", "7天无理由", "15天价保", "一年只换不修", "十二点之前拍当天发"))


def place(rng):
    return rng.choice(("江浙沪包邮", "北京仓发货", "上海市今天能到", "浙江省内次日达", "这条路上的店都有", "二楼展厅可以看", "第3层抽屉坏了", "一号店买的", "市区都送", "小区门口放着就行", "放3号快递柜",
                       "乡镇也能到", "支持各省市区县配送", "3号色好看", "坐地铁2号线", "道路救援服务", "新疆西藏不发", "尾号8000的那个", "号码138****8000对吗", "邮编310012", "1号链接拍下"))


LOOKALIKES = (tracking, order, price, ware, moment, place)
MAKE = {"mobile": mobile, "landline": landline, "service_number": service_number, "bank_card": bank_card, "id_card": id_card, "qq": qq}


def written(rng, detector):
    """(how, text) of something that `detector` finds."""
    if detector in MAKE:
        return disguised(rng, MAKE[detector](rng))
    if detector == "wechat":
        return "name", fancy(rng, name(rng))
    if detector == "placeholder":
        return "slot", placeholder(rng)
    return {"email": email, "url": url, "address": address}[detector](rng)


def sentence(rng, detector):
    """(text, expected (begin, end) or None, how)."""
    others = [rng.choice(LOOKALIKES)(rng) for _ in range(rng.choice((0, 1, 1, 2)) if detector else rng.choice((1, 2, 3)))]
    if not detector:
        return "，".join(others) + rng.choice(("", "。", "哦", "亲")), None, ""
    how, value = written(rng, detector)
    before, behind = rng.choice(SAY[detector]).split("{}")
    lead = "，".join(others[:1]) + "。" if others else ""
    tail = "，" + others[1] if len(others) > 1 else ""
    begin = len(lead + before)
    return lead + before + value + behind + tail, (begin, begin + len(value)), how


def authored(seed, count):
    """count texts, a fifth of them with nothing to find: (text, detector or None, span, how)."""
    rng = random.Random(seed)
    kinds = [None if i % 5 == 4 else DETECTORS[(i - i // 5) % len(DETECTORS)] for i in range(count)]
    made = ((kind, sentence(rng, kind)) for kind in kinds)
    return [(text, kind, span, how) for kind, (text, span, how) in made]


# Numbers in parts: what the sender says first, around the parts, in between, and what others say.

LEADS = {"mobile": ("", "", "", "加我 ", "电话：", "手机号", "打这个 "), "landline": ("", "", "座机：", "电话 "), "bank_card": ("", "卡号", "银行卡："),
         "service_number": ("", "热线：", "拨打 "), "id_card": ("", "身份证号 ", "身份证："), "qq": ("加qq ", "QQ：", "扣扣 ", "企鹅号"),
         "wechat": ("加微信 ", "vx：", "加我v ", "薇信号")}
FILLERS = ("嗯", "好的", "哦哦", "还有", "后面", "亲", "收到")
CHATTER = ("不好意思刚才在忙", "这款有货的，今天拍明天发", "多少钱", "怎么还不发货", "好的谢谢", "稍等我看一下", "麻烦快一点", "颜色要黑的", "图片发您了")


# Longer parts may be finds by themselves: accounts, service numbers, landlines.
LONGEST = {"qq": 4, "wechat": 5, "service_number": 6}


def parts_of(rng, value, most=4, longest=9):
    """value in two to four parts, none empty and none longer than `longest`, if that can be."""
    for _ in range(50):
        n = rng.randint(2, min(most, len(value)))
        cuts = sorted(rng.sample(range(1, len(value)), n - 1))
        parts = [value[a:b] for a, b in zip([0, *cuts], [*cuts, len(value)])]
        if max(map(len, parts)) <= longest:
            break
    return parts


def part_written(rng, part):
    """A part as people write it."""
    style = rng.choice(("plain", "plain", "plain", "spaced", "styled"))
    if style == "spaced":
        return rng.choice((" ", "-", "·")).join(part)
    if style == "styled" and part.isdigit():
        return styled(part, rng.choice(sorted(STYLES)))
    return part


def split_talk(rng, kind):
    """([(sender, text)], detector): the last message completes a number."""
    value = name(rng) if kind == "wechat" else MAKE[kind](rng)
    longest = LONGEST.get(kind, 9)
    parts = parts_of(rng, value[:3 * longest] if kind == "wechat" else value, 4, longest)
    lead, talk = rng.choice(LEADS[kind]), []
    alone = bool(lead) and len(parts) < 4 and rng.random() < 0.3
    if alone:
        talk.append(("a", lead.strip()))
    steps = 4 - len(parts) - alone
    for i, part in enumerate(parts):
        if i and rng.random() < 0.4:
            talk.append(("b", rng.choice(CHATTER)))
        if i and steps and rng.random() < 0.2:
            steps -= 1
            talk.append(("a", rng.choice(FILLERS)))
        written = part if kind == "wechat" else part_written(rng, part)
        talk.append(("a", ("" if i or alone else lead) + written + rng.choice(("", "", "", "哦", "。"))))
    return talk, kind


def amounts_talk(rng):
    """Answers in figures."""
    asked = (("身高体重多少", str(rng.randint(150, 190)), str(rng.randint(90, 180))), ("要几件", str(rng.randint(1, 9)), str(rng.randint(10, 99))),
             ("多少钱", str(rng.randint(10, 999)), f"{rng.randint(10, 99)}.{rng.randint(0, 99):02}"), ("尺码", str(rng.randint(36, 46)), "170/92"),
             ("几号", f"{rng.randint(1, 12)}.{rng.randint(1, 28)}", f"{rng.randint(8, 20)}:30"), ("房间多大", str(rng.randint(10, 140)), str(rng.randint(200, 400))),
             ("验证码", digits(rng, 6), digits(rng, 4)), ("几楼", str(rng.randint(1, 30)), str(rng.randint(101, 2804))))
    return [("b" if i == 0 else "a", t) for i, t in enumerate(rng.choice(asked))]


def order_talk(rng):
    """A number of something else, in parts."""
    value = rng.choice((digits(rng, 12), digits(rng, 18, "123"), digits(rng, 15), "1" + digits(rng, 10, "3456789")))
    lead = rng.choice(("订单号 ", "单号：", "快递", "运单 ", "货号"))
    return [("a", lead + p if i == 0 else p) for i, p in enumerate(parts_of(rng, value, 3))]


def broken_talk(rng):
    """Parts of a number that do not belong together: by another person, with something said in between, or wrong."""
    value = mobile(rng)
    parts = parts_of(rng, value, 3)
    how = rng.choice(("other", "prose", "short", "long", "units"))
    if how == "other":
        return [("ab"[i % 2], p) for i, p in enumerate(parts)]
    if how == "prose":
        return [("a", parts[0]), ("a", rng.choice(CHATTER[:4])), *(("a", p) for p in parts[1:])]
    if how == "short":
        return [("a", p) for p in parts_of(rng, value[:-1], 3)]
    if how == "long":
        return [("a", p) for p in parts_of(rng, value[:10] + digits(rng, 3), 2)]
    return [("a", p + rng.choice(("件", "元", "斤", "个", "%", "cm"))) for p in parts]


def talks(seed, count):
    """count conversations, half of them with nothing to find: (talk, detector or None)."""
    rng = random.Random(seed + 1000)
    kinds = sorted(LEADS)
    return [split_talk(rng, kinds[i // 2 % len(kinds)]) if i % 2 == 0 else (rng.choice((amounts_talk, order_talk, broken_talk))(rng), None)
            for i in range(count)]


def scan_talks(program, cases):
    """What is found in each conversation, as (message, detector)."""
    lines, at = [], []
    for i, (talk, _) in enumerate(cases):
        for k, (who, text) in enumerate(talk):
            at.append((i, k))
            lines.append({"platform": "jd", "shop_id": "s", "buyer_id": f"b{i}", "role": "agent" if who == "a" else "buyer", "agent_id": "x" * (who == "a"),
                          "sent_ms": 1_700_000_000_000 + i * 60_000 + k * 4_000, "text": text})
    found = [set() for _ in cases]
    for (i, k), hits in zip(at, scan_lines(program, lines)):
        found[i] |= {(k, h[0]) for h in hits}
    return found


def judge_talks(cases, found, listed):
    score = collections.Counter()
    for (talk, kind), hits in zip(cases, found):
        right = (len(talk) - 1, kind) in hits
        # What the first parts of a number look like by themselves is told early, and no mistake.
        wrong = [h for h in hits if kind is None or (h[0] == len(talk) - 1 and h[1] != kind)]
        score["positive"] += kind is not None
        score["right" if right else "missed"] += kind is not None
        score["wrong"] += len(wrong)
        if listed and (wrong or (kind and not right)):
            print(f"{kind}\t{talk}\t{sorted(hits)}", file=sys.stderr)
    precision, recall = per_cent(score["right"], score["wrong"]), per_cent(score["right"], score["missed"])
    print(f"numbers in parts: {score['positive']} conversations with one, {len(cases) - score['positive']} with none, "
          f"right {score['right']}, missed {score['missed']}, wrong {score['wrong']}: precision {precision:.2f}, recall {recall:.2f}")
    return min(precision, recall)


def pack():
    rule = ("  - id: D_{0}\n    category: other\n    severity: 1\n    platforms: all\n    actors: [buyer, agent]\n    detect: [{1}]\n"
            "    message: {{zh: 测, en: found}}\n")
    return "pack:\n  id: bench_detectors\n  version: 1\n  language: zh\nrules:\n" + "".join(rule.format(d.upper(), d) for d in DETECTORS)


def scan(program, texts):
    return scan_lines(program, [{"platform": "jd", "shop_id": "s", "buyer_id": f"b{i}", "role": "buyer", "sent_ms": 1_700_000_000_000 + i,
                                 "text": t} for i, t in enumerate(texts)])


def scan_lines(program, messages):
    """The finds of each message: (detector, begin, end)."""
    lines = [json.dumps(m) for m in messages]
    with tempfile.TemporaryDirectory() as into:
        (pathlib.Path(into) / "detectors.yaml").write_text(pack(), "utf-8")
        done = subprocess.run([program, "scan", "--rules", into, "--input-format", "jsonl"], input="\n".join(lines).encode(),
                              capture_output=True)
    events = [json.loads(x) for x in done.stdout.decode().splitlines()]
    if len(events) != len(lines):
        raise SystemExit(done.stderr.decode()[-2000:])
    return [[(v["rule_id"][2:].lower(), v.get("char_begin", 0), v["char_end"]) for v in e.get("violations", ())] for e in events]


def same(span, begin, end):
    shared = min(span[1], end) - max(span[0], begin)
    return shared > 0 and shared >= SHARED * (max(span[1], end) - min(span[0], begin))


def judge(cases, found, listed):
    """detector -> Counter of right, missed, wrong."""
    score = collections.defaultdict(collections.Counter)
    for (text, kind, span, how), hits in zip(cases, found):
        right = [h for h in hits if h[0] == kind and same(span, h[1], h[2])]
        wrong = [h for h in hits if h not in right]
        if kind:
            score[kind]["right" if right else "missed"] += 1
        for detector, begin, end in wrong:
            score[detector]["wrong"] += 1
        if listed and (wrong or (kind and not right)):
            print(f"{kind}\t{how}\t{text}\t{[(d, text[b:e]) for d, b, e in hits]}", file=sys.stderr)
    return score


def per_cent(part, rest):
    return 100 * part / (part + rest) if part + rest else 100.0


def show(score):
    """Prints the table; the lowest figure in it."""
    score["all"] = sum(score.values(), collections.Counter())
    lowest = 100.0
    print(f"{'detector':16}{'texts':>7}{'right':>7}{'missed':>8}{'wrong':>7}{'precision':>11}{'recall':>8}")
    for name in (*DETECTORS, "all"):
        s = score[name]
        precision, recall = per_cent(s["right"], s["wrong"]), per_cent(s["right"], s["missed"])
        lowest = min(lowest, precision, recall)
        print(f"{name:16}{s['right'] + s['missed']:7}{s['right']:7}{s['missed']:8}{s['wrong']:7}{precision:11.2f}{recall:8.2f}")
    return lowest


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--count", type=int, default=2600)
    parser.add_argument("--talks", type=int, default=700, help="conversations with numbers in parts, and without")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--goal", type=float, default=0.0, help="per cent")
    parser.add_argument("--list", action="store_true", help="each text that went wrong, on standard error")
    args = parser.parse_args()
    cases = authored(args.seed, args.count)
    score = judge(cases, scan(args.program, [c[0] for c in cases]), args.list)
    print(f"{args.count} texts, {sum(c[1] is None for c in cases)} of them with nothing to find")
    lowest = show(score)
    parts = talks(args.seed, args.talks)
    lowest = min(lowest, judge_talks(parts, scan_talks(args.program, parts), args.list))
    sys.exit(0 if lowest >= args.goal else 1)


main()
