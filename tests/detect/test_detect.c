/* What detectors find, and what looks like it and is not. */
#include "detect/kit.h"

static const struct {
    const char *text, *told;
} row[] = {
    {"我的电话是13800138000哦", "mobile[13800138000]"},
    {"一三八零零一三八零零零", "mobile[一三八零零一三八零零零]=13800138000"},
    {"幺三八洞洞", ""},
    {"打幺三八洞洞幺三八洞洞洞", "mobile[幺三八洞洞幺三八洞洞洞]=13800138000"},
    {"幺三拐-两两勾洞-洞洞幺两", "mobile[幺三拐-两两勾洞-洞洞幺两]=13722900012"},
    {"洞五拐幺，八五洞两两洞八八", "landline[洞五拐幺，八五洞两两洞八八]=057185022088"},
    {"QQ 拐八勾洞幺二三", "qq[拐八勾洞幺二三]=7890123"},
    {"13800138000勾选一下", "mobile[13800138000]"},
    {"13800138000两件", "mobile[13800138000]"},
    {"前面拐弯138米洞口两家店1390013", ""},
    {"3洞2拐5勾两两", ""},
    {"打幺三八零零幺三八零零零", "mobile[幺三八零零幺三八零零零]=13800138000"},
    {"有什么13800138000", "mobile[13800138000]"},
    {"幺 3 捌 0 0 幺 3 八 0 0 0", "mobile[幺 3 捌 0 0 幺 3 八 0 0 0]=13800138000"},
    {"１３８ 0013 8000", "mobile[１３８ 0013 8000]=13800138000"},
    {"①③⑧⓪⓪①③⑧⓪⓪⓪", "mobile[①③⑧⓪⓪①③⑧⓪⓪⓪]=13800138000"},
    {"1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣加我",
        "mobile[1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣]=13800138000"},
    {"壹叁捌零零壹叁捌零零零", "mobile[壹叁捌零零壹叁捌零零零]=13800138000"},
    {"+86 138-0013-8000", "mobile[138-0013-8000]=13800138000"},
    {"138oo138ooo", ""}, /* too many letters */
    {"138o0138o00", "mobile[138o0138o00]=13800138000"},
    {"1-3-8-0-0-1-3-8-0-0-0", "mobile[1-3-8-0-0-1-3-8-0-0-0]=13800138000"},
    {"13800138000、13900139000", "mobile[13800138000] mobile[13900139000]"},
    {"订单号13800138000", ""},
    {"运单号：13800138000", ""},
    {"138****8000", ""},
    {"138001380001", ""},
    {"SF13800138000", ""},
    {"共12800138000元", ""},
    {"0571-85022088", "landline[0571-85022088]=057185022088"},
    {"(021)53395088", "landline[021)53395088]=02153395088"},
    {"电话：85022088", "landline[85022088]"},
    {"金额85022088", ""},
    {"400-820-8820", "service_number[400-820-8820]=4008208820"},
    {"拨打95588", "service_number[95588]"},
    {"一共95588元", ""},
    {"卡号6222 0210 0111 6245 702", "bank_card[6222 0210 0111 6245 702]=6222021001116245702"},
    {"卡号6222 0210 0111 6245 703", ""},
    {"订单6222021001116245702", ""},
    {"11010519491231002X", "id_card[11010519491231002X]=11010519491231002x"},
    {"11010519491231002１", ""},
    {"1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2 X",
        "id_card[1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2 X]=11010519491231002x"},
    {"身份证110105491231002", "id_card[110105491231002]"},
    {"imei110105491231002", ""},
    {"联系qq：12345678", "qq[12345678]"},
    {"扣扣一二三四五六七", "qq[一二三四五六七]=1234567"},
    {"10000是我的QQ", "qq[10000]"},
    {"充QQ币10000个", ""},
    {"联系抠抠8809-5099", "qq[8809-5099]=88095099"},
    {"5217827是我qq号，¥22031", "qq[5217827]"},
    {"加球球479520，一号店买的", "qq[479520]"},
    {"蔻蔻号5、5、3、5、2、4，三到五天", "qq[5、5、3、5、2、4]=553524"},
    {"QQ：8004-0106-72，细说", "qq[8004-0106-72]=8004010672"},
    {"打4008649614，20240618活动", "service_number[4008649614]"},
    {"定金64抵147，1920*1080分辨率", ""},
    {"叩叩829107228", "qq[829107228]"},
    {"一共2436.86，QQ音乐会员月卡", ""},
    {"我qq号，2024.6.18到期", ""},
    {"加我微信abc_12345", "wechat[abc_12345]"},
    {"vx：Abc-12345", "wechat[Abc-12345]=abc-12345"},
    {"微❤lanjia_47", "wechat[lanjia_47]"},
    {"微信支付alipay123", ""},
    {"退款到微信零钱", ""},
    {"邮箱 test123@qq.com 谢谢", "email[test123@qq.com]"},
    {"12345艾特qq点com", "email[12345艾特qq点com]=12345@qq.com"},
    {"abc at 163 dot com", "email[abc at 163 dot com]=abc@163.com"},
    {"abc圈a163。com。谢谢", "email[abc圈a163。com]=abc@163.com"},
    {"www.taobao.com看看", "url[www.taobao.com]"},
    {"去 http://x.example.com/abc?x=1 看", "url[http://x.example.com/abc?x=1]=x.example.com"},
    {"ｗｗｗ。ａｂｃ。ｃｏｍ", "url[ｗｗｗ。ａｂｃ。ｃｏｍ]=www.abc.com"},
    {"abc点com", "url[abc点com]=abc.com"},
    {"下载a.jpg看图 v2.0 3.5kg", ""},
    {"Mate40.Pro", ""},
    {"浙江省杭州市西湖区文三路478号A座", "address[浙江省杭州市西湖区文三路478号A座]"},
    {"请寄到文三路478号3楼", "address[文三路478号3楼]"},
    {"山东省青岛市市南区和平里胡同904号4幢", "address[山东省青岛市市南区和平里胡同904号4幢]"},
    {"改成南京市鼓楼区学院路937号19号楼180，谢谢", "address[南京市鼓楼区学院路937号19号楼180]"},
    {"送到武汉洪山区中山北路24号，放1号柜", "address[武汉洪山区中山北路24号]"},
    {"北京市区都送", ""},
    {"一号店和二号线", ""},
    {"这个小区的路上有3号门", ""},
    {"亲爱的XX您好，{name}，****旗舰店欢迎您", "placeholder[XX] placeholder[{name}] placeholder[****]"},
    {"亲爱的XX您好", "placeholder[XX]"},
    {"这里是××旗舰店", "placeholder[××]"},
    {"XXL码", ""},
    {"时间2024-01-06 12:30", ""},
    {"三三两两的人", ""},
    {"满199减20，第2件半价", ""},
    {"", ""},
};

Test(detect, finds_and_leaves)
{
    struct kit k;
    kit_open(&k, (1u << CS_DETECT_COUNT) - 1);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        kit_find(&k, cs_span_str(row[i].text));
        cr_expect_str_eq(kit_told(&k), row[i].told, "%s: %s", row[i].text, kit_told(&k));
    }
    kit_close(&k);
}

/* Whatever comes: spans lie in the text, on characters, in order, and finds do not overlap. */
static const struct {
    const char *text;
    uint8_t lead;
    const char *sign, *piece; /* piece: what stands in the text; NULL: the message is no part of a number */
} part[] = {
    {"138", CS_LEAD_NONE, "138", "138"},
    {"0 0 ① 叁", CS_LEAD_NONE, "0013", "0 0 ① 叁"},
    {"8000哦", CS_LEAD_NONE, "8000", "8000"},
    {"加我微信 abc", CS_LEAD_WECHAT, "abc", "abc"},
    {"加v abc_1", CS_LEAD_WECHAT, "abc_1", "abc_1"},
    {"vx", CS_LEAD_WECHAT, "", ""},
    {"微信 q", CS_LEAD_WECHAT, "q", "q"},
    {"加Q123", CS_LEAD_QQ, "123", "123"},
    {"电话：幺三八洞", CS_LEAD_PHONE, "1380", "幺三八洞"},
    {"我的身份证号", CS_LEAD_IDENTITY, "", ""},
    {"1231002X", CS_LEAD_NONE, "1231002x", "1231002X"},
    {"卡号6222-02", CS_LEAD_CARD, "622202", "6222-02"},
    {"嗯嗯", CS_LEAD_NONE, "", ""},
    {"。。。", CS_LEAD_NONE, "", ""},
    {"订单号138", CS_LEAD_OTHER, "138", "138"},
    {"电话订单138", CS_LEAD_OTHER, "138", "138"},
    {"身高170", CS_LEAD_OTHER, "170", "170"},
    {"2件", 0, "", NULL},
    {"5个", 0, "", NULL},
    {"150斤", 0, "", NULL},
    {"99.9", 0, "", NULL},
    {"12:30", 0, "", NULL},
    {"138 加 0013", 0, "", NULL},
    {"我要138和139", 0, "", NULL},
    {"¥138", 0, "", NULL},
    {"138****", 0, "", NULL},
    {"13800138000", 0, "", NULL}, /* a number already */
    {"加微信abc12345", 0, "", NULL},
    {"1234567890 1234567890 1", 0, "", NULL},
    {"", 0, "", NULL},
};

Test(detect, parts_of_numbers)
{
    struct kit k;
    kit_open(&k, UINT16_MAX);
    for (size_t i = 0; i < sizeof part / sizeof part[0]; i++) {
        struct cs_span text = cs_span_str(part[i].text);
        kit_find(&k, text);
        const struct cs_split *s = k.batch->split;
        cr_assert_eq(k.batch->n_split, part[i].piece != NULL, "%s", part[i].text);
        if (!part[i].piece) continue;
        cr_expect(s->msg == 0 && s->lead == part[i].lead, "%s: lead %u", part[i].text, s->lead);
        cr_expect(cs_span_eq(cs_span_of(s->sign, s->n), cs_span_str(part[i].sign)), "%s: %.*s", part[i].text,
            s->n, s->sign);
        cr_expect(cs_span_eq(cs_span_cut(text, s->byte_begin, s->byte_end), cs_span_str(part[i].piece)), "%s",
            part[i].text);
    }
    kit_close(&k);
}

static const struct {
    uint8_t lead;
    const char *parts; /* with | between messages */
    const char *told;
} whole[] = {
    {CS_LEAD_NONE, "138|0013|8000", "mobile=13800138000"},
    {CS_LEAD_CONTACT, "1|3800138000", "mobile=13800138000"},
    {CS_LEAD_NONE, "86138|0013|8000", "mobile=13800138000"},
    {CS_LEAD_OTHER, "138|0013|8000", ""},
    {CS_LEAD_NONE, "2|13800138000", ""}, /* not from the first on */
    {CS_LEAD_NONE, "138|0013|80001", ""},
    {CS_LEAD_NONE, "0571|8502|2088", "landline=057185022088"},
    {CS_LEAD_PHONE, "8502|2088", "landline=85022088"},
    {CS_LEAD_NONE, "8502|2088", ""},
    {CS_LEAD_PHONE, "2024|0618", ""},
    {CS_LEAD_NONE, "400|820|8820", "service_number=4008208820"},
    {CS_LEAD_NONE, "6222|0210|0111|6245702", "bank_card=6222021001116245702"},
    {CS_LEAD_CARD, "6222|0210|0111|6245703", ""},
    {CS_LEAD_NONE, "110105|19491231|002x", "id_card=11010519491231002x"},
    {CS_LEAD_QQ, "1234|5678", "qq=12345678"},
    {CS_LEAD_NONE, "1234|5678", ""},
    {CS_LEAD_QQ, "170|65", "qq=17065"},
    {CS_LEAD_WECHAT, "abc|12345", "wechat=abc12345"},
    {CS_LEAD_WECHAT, "abc_|12345", "wechat=abc_12345"},
    {CS_LEAD_NONE, "abc|12345", ""},
};

Test(detect, numbers_of_several_messages)
{
    struct cs_arena arena;
    cs_arena_init(&arena, 4096, 0);
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
        struct cs_joined j = {.lead = whole[i].lead, .first = (uint32_t)strcspn(whole[i].parts, "|")};
        char told[128] = "";
        struct cs_found f;
        bool found;
        for (const char *c = whole[i].parts; *c; c++)
            if (*c != '|') j.sign[j.n++] = *c;
        kit_ok(cs_detect_joined(UINT16_MAX, &j, &arena, &f, &found), "joined");
        if (found)
            snprintf(told, sizeof told, "%s=%.*s", cs_detector_name(f.detector), (int)f.value.len,
                (const char *)f.value.ptr);
        cr_expect_str_eq(told, whole[i].told, "%s: %s", whole[i].parts, told);
        kit_ok(cs_detect_joined(0, &j, &arena, &f, &found), "joined");
        cr_expect(!found, "nothing is wanted");
    }
    cs_arena_clear(&arena);
}

Test(detect, random_texts)
{
    static const char *const piece[] = {"138", "0013", "8000", "6222", " ", "-", "。", "@", "点", "com", "qq",
        "微信", "x", "路", "号", "市", "区", "1", "一", "\xFF", "\xE4\xB8", "{", "}", "**", "www.", "/", "o",
        "⑩", "㎏", "️⃣", "𝟘"};
    struct kit k;
    uint64_t seed = 5;
    char text[600];
    kit_open(&k, (1u << CS_DETECT_COUNT) - 1);
    for (int round = 0; round < 20000; round++) {
        size_t n = 0;
        for (uint32_t i = (uint32_t)(round % 40); i > 0; i--) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            const char *s = piece[(seed >> 33) % (sizeof piece / sizeof piece[0])];
            memcpy(text + n, s, strlen(s));
            n += strlen(s);
        }
        kit_find(&k, cs_span_of(text, n));
        uint32_t end = 0;
        for (uint32_t i = 0; i < k.batch->n_found; i++) {
            const struct cs_found *f = &k.batch->found[i];
            cr_assert(f->byte_begin >= end && f->byte_end > f->byte_begin && f->byte_end <= n);
            cr_assert(f->char_end > f->char_begin);
            end = f->byte_end;
        }
    }
    kit_close(&k);
}

/* A long flood of digits and signs must not take forever. */
Test(detect, floods, .timeout = 60)
{
    static const char *const unit[] = {"1", "1 ", "a.", "@", "a@", "微信", "路1号", "{", "x", "一", "138 "};
    struct kit k;
    kit_open(&k, (1u << CS_DETECT_COUNT) - 1);
    for (size_t i = 0; i < sizeof unit / sizeof unit[0]; i++) {
        size_t len = strlen(unit[i]), n = (256 << 10) / len * len;
        char *text = malloc(n);
        cr_assert(text != NULL);
        for (size_t at = 0; at < n; at += len)
            memcpy(text + at, unit[i], len);
        kit_find(&k, cs_span_of(text, n));
        free(text);
    }
    kit_close(&k);
}
