#include "chatsieve/dialogue_lines.h"

#include "record/names.h"

#include <stddef.h>

enum { JD = 1, TAOBAO = 2, PDD = 4, DOUYIN = 8, SUNING = 16, ANY = 31 };

static const char *const platforms[CS_DIALOGUE_PLATFORMS] = {"jd", "taobao", "pdd", "douyin", "suning"};

enum {
    BUYER = CS_ROLE_BUYER,
    AGENT = CS_ROLE_AGENT,
    ASSIST = CS_ROLE_ROBOT_ASSIST,
    NOTICE = CS_ROLE_SYSTEM,
    TYPED = CS_ORIGIN_TYPED,
    QUICK = CS_ORIGIN_QUICK_REPLY,
    AUTO = CS_ORIGIN_AUTO_REPLY,
};

/* clang-format off */
static const struct cs_line size_topic[] = {
    {BUYER, TYPED, {"我身高$h体重$w斤,这件$g穿多大码合适?", "$g的尺码偏大还是偏小啊", "$w斤穿$s码会不会紧"}},
    {AGENT, TYPED, {"亲,按您的身高体重建议选$s码哦", "您好,$w斤左右的顾客大多拍的是$s码", "这款是正常码,平时穿什么码就拍什么码"}},
    {BUYER, TYPED, {"那$c的$s码还有吗", "会不会缩水呀?", "好的,我再看看别的颜色"}},
    {AGENT, TYPED, {"有的,$c的$s码还剩$n件", "冷水手洗不会缩水的,请放心", "好的,有需要您再叫我"}},
};
static const struct cs_line stock_topic[] = {
    {BUYER, TYPED, {"$g$c的还有货吗?", "这个$g什么时候补货", "页面上显示无货,是卖完了吗"}},
    {AGENT, QUICK, {"亲,能拍下的都是有现货的哦~", "您好,页面能下单就是有货的呢"}},
    {BUYER, TYPED, {"可是我选$c就变灰了", "那我拍$n件可以一起发吗", "帮我留一件行不行"}},
    {AGENT, TYPED, {"我去仓库核实一下,请您稍等", "$c的大概$d天后到货,到货了给您留言", "库存以页面为准,建议您尽快下单"}},
    {BUYER, TYPED, {"行,那我等等", "那换个颜色吧"}},
};
static const struct cs_line delivery_topic[] = {
    {BUYER, TYPED, {"今天拍什么时候能到$t?", "我的订单$o怎么还没发货", "发什么快递?能发$e吗"}},
    {AGENT, TYPED, {"您好,下午四点前付款当天发出,到$t大约$d天", "帮您查了,订单$o今晚安排发出", "默认发$e的,偏远地区会换别的快递"}},
    {BUYER, TYPED, {"能不能快一点,我急着用", "物流三天没有更新了", "好的,麻烦尽快"}},
    {AGENT, TYPED, {"我这边给仓库备注加急了", "已经帮您催促$e了,$d天内会有更新", "给您添麻烦了,我们一直跟进着"}},
};
static const struct cs_line invoice_topic[] = {
    {BUYER, TYPED, {"可以开发票吗?", "麻烦开一张公司抬头的发票", "电子发票在哪里下载"}},
    {AGENT, TYPED, {"可以的,请把抬头和税号发给我", "电子发票会在签收后$d天内发到您的邮箱", "在订单详情里点申请发票就可以了"}},
    {BUYER, TYPED, {"抬头已经填在订单备注里了", "好的谢谢", "是专票还是普票"}},
    {AGENT, TYPED, {"收到,已经帮您登记", "默认是电子普票哦", "专票需要您提供一般纳税人信息"}},
};
static const struct cs_line refund_topic[] = {
    {BUYER, TYPED, {"收到的$g有一处破损,怎么处理?", "不喜欢了,想退货", "退款怎么还没到账?"}},
    {AGENT, TYPED, {"非常抱歉,麻烦您拍张照片给我看看", "可以的,吊牌不剪不影响第二次销售就行", "仓库签收后$d个工作日内原路退回"}},
    {BUYER, TYPED, {"照片发你了", "运费谁出", "退货单号我已经填了,发的$e", "都过了$d天了,什么情况"}},
    {AGENT, TYPED, {"看到了,确实是我们的问题,给您换一件新的可以吗", "质量问题运费由我们承担", "帮您查到了,财务今天处理,请您放心"}},
    {BUYER, TYPED, {"那就换吧", "补偿一点也行", "好,我等消息"}},
};
static const struct cs_line price_topic[] = {
    {BUYER, TYPED, {"$g能便宜点吗", "$p元还有优惠吗?", "满减怎么算的", "昨天看还是$p元,怎么涨价了"}},
    {AGENT, TYPED, {"亲,现在下单有$n元优惠券可以领", "活动价到今晚十二点结束", "两件可以打九折哦"}},
    {BUYER, TYPED, {"再送个小礼品呗", "优惠券领不了", "行吧,那我下单了"}},
    {AGENT, QUICK, {"小礼品会随包裹一起寄出~", "您退出页面重新进一下试试", "好的亲,拍下后核对一下地址哦"}},
    {NOTICE, AUTO, {"买家已付款,订单号$o", "买家领取了店铺优惠券"}},
};
static const struct cs_line care_topic[] = {
    {BUYER, TYPED, {"这个$g可以机洗吗", "$g怎么安装?说明书看不懂", "保修多长时间"}},
    {ASSIST, AUTO, {"为您推荐:$g使用说明请看商品详情页第$n张图", "智能助手:常见问题请点击下方菜单"}},
    {AGENT, TYPED, {"建议冷水手洗,不要暴晒", "我发一个安装视频给您", "整机保修一年,全国联保"}},
    {BUYER, TYPED, {"视频打不开", "明白了", "坏了寄到哪里修"}},
    {AGENT, TYPED, {"您换个网络试试,或者我打字教您", "好的,有问题随时联系", "联系客服登记后我们安排上门取件"}},
};
static const struct cs_line address_topic[] = {
    {BUYER, TYPED, {"地址填错了,能改吗?", "收货人电话换了,帮我改一下", "可以改到$t吗"}},
    {AGENT, TYPED, {"还没发货,可以改的,您把新的信息发一下", "已经出库了,只能联系$e改派", "改好了,您核对一下订单详情"}},
    {BUYER, TYPED, {"好的,改到公司那边", "那我自己联系快递吧", "核对过了,没问题"}},
};

static const struct cs_topic topics[] = {
    {size_topic, sizeof size_topic / sizeof *size_topic},
    {stock_topic, sizeof stock_topic / sizeof *stock_topic},
    {delivery_topic, sizeof delivery_topic / sizeof *delivery_topic},
    {invoice_topic, sizeof invoice_topic / sizeof *invoice_topic},
    {refund_topic, sizeof refund_topic / sizeof *refund_topic},
    {price_topic, sizeof price_topic / sizeof *price_topic},
    {care_topic, sizeof care_topic / sizeof *care_topic},
    {address_topic, sizeof address_topic / sizeof *address_topic},
};

static const struct cs_bait baits[] = {
    {JD | PDD, "这边说不清楚,您加一下[微信]吧"},
    {JD | PDD, "图片我用[微信]发给您可以吗"},
    {JD | PDD, "差价您直接用[支付宝]转过来就行"},
    {JD | PDD, "运费我[支付宝]退给您"},
    {JD | PDD, "[QQ]上聊比较快,这里发不了文件"},
    {JD | PDD, "我们[淘宝]店也有这款$g的"},
    {JD | PDD, "[天猫]那边活动价不一样的哦"},
    {JD | PDD, "和[抖音]直播间是同一批货"},
    {PDD, "[京东]上卖得比我们贵多了"},
    {JD, "[拼多多]那家不是我们的店"},
    {JD | PDD, "[闲鱼]上的都是二手,不保修的"},
    {PDD, "这款[宝贝]$c的有现货哦"},
    {PDD, "您拍的[宝贝]今天就安排发出"},
    {PDD, "亲,[宝贝]详情页有尺码表"},
    {ANY, "$p元已经是[最低]价了,不能再少了"},
    {ANY, "我们家的$g质量[最好]了"},
    {ANY, "[绝对]正品,假一赔十"},
    {ANY, "[全网最低]价,您可以去比比看"},
    {ANY, "销量[世界第一]的牌子,放心买"},
    {ANY, "我们是[唯一]授权店"},
    {JD, "[这是规定],改不了的"},
    {JD, "[我现在很忙],您晚点再来"},
    {JD, "[不行就是不行],您别问了"},
    {JD, "[这不是我的错],是快递弄坏的"},
    {JD, "[我不是为你一个人服务的]"},
    {JD, "[这不是我说了算的]"},
    {JD, "[用不起就不要用]"},
    {JD, "[你问我,我问谁]"},
};
/* clang-format on */

static const char *const hello[] = {
    "在吗", "你好", "您好,有人吗?", "hello", "老板在不在", "想咨询一下这款$g"};
static const char *const welcome[] = {"您好,欢迎光临本店!人工客服正在赶来,请稍候~",
    "亲,您好!请问有什么可以帮您?", "欢迎光临,发货和退换问题请直接留言,我们会尽快回复您",
    "您好,我是智能客服小助手,请描述您的问题"};
static const char *const nag[] = {"?", "人呢", "在吗在吗", "怎么不回复", "等好久了,有人吗", "还在吗"};
static const char *const thanks[] = {"好的谢谢", "谢谢", "知道了", "嗯嗯好的", "👌", "辛苦了"};
static const char *const farewell[] = {
    "不客气,祝您生活愉快~", "感谢您的支持,欢迎再次光临", "好的,有问题随时联系我们", "麻烦您给个评价哦,谢谢"};
static const char *const near_miss[] = {"最近单量比较大,请您耐心等一下", "我们会在第一时间给您处理",
    "这是最后$n件了,喜欢可以拍下", "第一次购买可以领新人券", "最多可以用两张券", "最晚明天给您答复"};

static const char *const goods[] = {"羽绒服", "连衣裙", "运动鞋", "电饭煲", "蓝牙耳机", "保温杯", "牛仔裤",
    "床上四件套", "台灯", "行李箱", "儿童积木", "扫地机器人", "卫衣", "雨伞", "键盘", "空气炸锅"};
static const char *const colours[] = {"黑色", "白色", "米色", "深蓝", "浅灰", "粉色", "军绿", "酒红"};
static const char *const sizes[] = {"S", "M", "L", "XL", "2XL", "均"};
static const char *const towns[] = {
    "北京", "广州", "成都", "杭州", "哈尔滨", "乌鲁木齐", "长沙", "厦门", "昆明", "西安"};
static const char *const carriers[] = {"顺丰", "中通", "圆通", "韵达", "邮政"};

const char *cs_dialogue_platform(uint32_t i)
{
    return platforms[i % CS_DIALOGUE_PLATFORMS];
}

const struct cs_topic *cs_dialogue_topics(uint32_t *n)
{
    *n = sizeof topics / sizeof topics[0];
    return topics;
}

const struct cs_bait *cs_dialogue_baits(uint32_t *n)
{
    *n = sizeof baits / sizeof baits[0];
    return baits;
}

#define PHRASES(a) ((struct cs_phrases){(a), sizeof(a) / sizeof((a)[0])})

struct cs_phrases cs_dialogue_hello(void)
{
    return PHRASES(hello);
}
struct cs_phrases cs_dialogue_welcome(void)
{
    return PHRASES(welcome);
}
struct cs_phrases cs_dialogue_nag(void)
{
    return PHRASES(nag);
}
struct cs_phrases cs_dialogue_thanks(void)
{
    return PHRASES(thanks);
}
struct cs_phrases cs_dialogue_farewell(void)
{
    return PHRASES(farewell);
}
struct cs_phrases cs_dialogue_near_miss(void)
{
    return PHRASES(near_miss);
}

const struct cs_phrases *cs_dialogue_slot(char letter)
{
    static const struct cs_phrases slot[] = {
        {goods, sizeof goods / sizeof goods[0]},
        {colours, sizeof colours / sizeof colours[0]},
        {sizes, sizeof sizes / sizeof sizes[0]},
        {towns, sizeof towns / sizeof towns[0]},
        {carriers, sizeof carriers / sizeof carriers[0]},
    };
    static const char letters[] = "gcste";
    for (size_t i = 0; letters[i]; i++)
        if (letters[i] == letter) return &slot[i];
    return NULL;
}
