// Emoji names as Slack spells them, by the picker's groups: "name char name char ...".

const GROUPS = {
  "Frequently used": "white_check_mark ✅ eyes 👀 raised_hands 🙌 +1 👍 tada 🎉 heart ❤️ joy 😂 pray 🙏 fire 🔥 100 💯",
  "Smileys": `slightly_smiling_face 🙂 smile 😄 smiley 😃 grinning 😀 grin 😁 laughing 😆 sweat_smile 😅 rolling_on_the_floor_laughing 🤣 wink 😉
    blush 😊 innocent 😇 heart_eyes 😍 kissing_heart 😘 yum 😋 sunglasses 😎 nerd_face 🤓 thinking_face 🤔 neutral_face 😐 expressionless 😑
    no_mouth 😶 smirk 😏 unamused 😒 face_with_rolling_eyes 🙄 grimacing 😬 relieved 😌 pensive 😔 sleepy 😪 sleeping 😴 mask 😷 confused 😕
    worried 😟 slightly_frowning_face 🙁 open_mouth 😮 hushed 😯 astonished 😲 flushed 😳 cry 😢 sob 😭 scream 😱 sweat 😓 triumph 😤 rage 😡
    angry 😠 skull 💀 clown_face 🤡 robot_face 🤖 ghost 👻 melting_face 🫠 saluting_face 🫡 star-struck 🤩 partying_face 🥳 hugging_face 🤗`,
  "People": `-1 👎 ok_hand 👌 wave 👋 clap 👏 raised_hand ✋ point_up ☝️ point_right 👉 point_left 👈 point_down 👇 point_up_2 👆 muscle 💪
    handshake 🤝 v ✌️ crossed_fingers 🤞 writing_hand ✍️ brain 🧠 bust_in_silhouette 👤 busts_in_silhouette 👥 shrug 🤷 facepalm 🤦 technologist 🧑‍💻
    detective 🕵️ speaking_head_in_silhouette 🗣️ footprints 👣 bow 🙇`,
  "Objects": `email 📧 envelope ✉️ incoming_envelope 📨 envelope_with_arrow 📩 inbox_tray 📥 outbox_tray 📤 mailbox 📫 mailbox_with_mail 📬 mailbox_with_no_mail 📭
    package 📦 label 🏷️ bookmark 🔖 memo 📝 pencil ✏️ pencil2 ✏️ page_facing_up 📄 page_with_curl 📃 clipboard 📋 bookmark_tabs 📑 newspaper 📰
    books 📚 book 📖 notebook 📓 ledger 📒 file_folder 📁 open_file_folder 📂 card_index_dividers 🗂️ file_cabinet 🗄️ wastebasket 🗑️ calendar 📆 date 📅
    spiral_calendar_pad 🗓️ pushpin 📌 round_pushpin 📍 paperclip 📎 straight_ruler 📏 scissors ✂️ lock 🔒 unlock 🔓 key 🔑 closed_lock_with_key 🔐
    hammer 🔨 wrench 🔧 hammer_and_wrench 🛠️ gear ⚙️ nut_and_bolt 🔩 link 🔗 chains ⛓️ toolbox 🧰 magnet 🧲 scales ⚖️ test_tube 🧪 microscope 🔬 telescope 🔭
    computer 💻 desktop_computer 🖥️ keyboard ⌨️ printer 🖨️ floppy_disk 💾 phone ☎️ telephone_receiver 📞 iphone 📱 battery 🔋 electric_plug 🔌 bulb 💡
    flashlight 🔦 moneybag 💰 dollar 💵 euro 💶 credit_card 💳 receipt 🧾 chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 bar_chart 📊 abacus 🧮
    loudspeaker 📢 mega 📣 speech_balloon 💬 thought_balloon 💭 left_speech_bubble 🗨️ ticket 🎫 admission_tickets 🎟️ gift 🎁 balloon 🎈 confetti_ball 🎊
    trophy 🏆 medal 🏅 dart 🎯 compass 🧭 camera 📷 mag 🔍 mag_right 🔎 candle 🕯️ shield 🛡️ bomb 💣 broom 🧹 shopping_trolley 🛒 headphones 🎧 studio_microphone 🎙️ bento 🍱`,
  "Symbols": `heavy_check_mark ✔️ ballot_box_with_check ☑️ x ❌ negative_squared_cross_mark ❎ heavy_multiplication_x ✖️ warning ⚠️ no_entry ⛔ no_entry_sign 🚫 octagonal_sign 🛑
    exclamation ❗ heavy_exclamation_mark ❗ grey_exclamation ❕ question ❓ grey_question ❔ bangbang ‼️ interrobang ⁉️ information_source ℹ️ hourglass ⌛
    hourglass_flowing_sand ⏳ stopwatch ⏱️ timer_clock ⏲️ alarm_clock ⏰ watch ⌚ clock1 🕐 clock3 🕒 clock9 🕘 mantelpiece_clock 🕰️ bell 🔔 no_bell 🔕 zap ⚡ sparkles ✨
    star ⭐ star2 🌟 boom 💥 rotating_light 🚨 traffic_light 🚥 vertical_traffic_light 🚦 construction 🚧 triangular_flag_on_post 🚩 checkered_flag 🏁 white_flag 🏳️
    red_circle 🔴 large_orange_circle 🟠 large_yellow_circle 🟡 large_green_circle 🟢 large_blue_circle 🔵 large_purple_circle 🟣 black_circle ⚫ white_circle ⚪
    large_red_square 🟥 large_orange_square 🟧 large_yellow_square 🟨 large_green_square 🟩 large_blue_square 🟦 black_large_square ⬛ white_large_square ⬜
    small_red_triangle 🔺 small_red_triangle_down 🔻 large_orange_diamond 🔶 large_blue_diamond 🔷 small_blue_diamond 🔹 small_orange_diamond 🔸
    arrow_right ➡️ arrow_left ⬅️ arrow_up ⬆️ arrow_down ⬇️ arrow_upper_right ↗️ arrow_lower_right ↘️ arrow_right_hook ↪️ leftwards_arrow_with_hook ↩️ arrows_counterclockwise 🔄
    arrow_forward ▶️ arrow_backward ◀️ fast_forward ⏩ rewind ⏪ double_vertical_bar ⏸️ black_square_for_stop ⏹️ repeat 🔁 twisted_rightwards_arrows 🔀
    heavy_plus_sign ➕ heavy_minus_sign ➖ new 🆕 free 🆓 up 🆙 ok 🆗 sos 🆘 cool 🆒 id 🆔 hash #️⃣ zero 0️⃣ one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣ six 6️⃣ seven 7️⃣ eight 8️⃣ nine 9️⃣
    keycap_ten 🔟 copyright ©️ registered ®️ tm ™️ recycle ♻️ infinity ♾️ blue_heart 💙 green_heart 💚 yellow_heart 💛 purple_heart 💜 broken_heart 💔 zzz 💤`,
  "Nature and travel": `sunny ☀️ cloud ☁️ rain_cloud 🌧️ snowflake ❄️ umbrella ☔ rainbow 🌈 ocean 🌊 earth_africa 🌍 earth_americas 🌎 crescent_moon 🌙 seedling 🌱 evergreen_tree 🌲
    four_leaf_clover 🍀 rose 🌹 dog 🐶 cat 🐱 bug 🐛 turtle 🐢 unicorn_face 🦄 owl 🦉 penguin 🐧 see_no_evil 🙈 apple 🍎 pizza 🍕 coffee ☕ tea 🍵 beer 🍺 beers 🍻 cake 🍰 birthday 🎂
    cookie 🍪 rocket 🚀 airplane ✈️ car 🚗 ambulance 🚑 fire_engine 🚒 truck 🚚 ship 🚢 anchor ⚓ house 🏠 office 🏢 hospital 🏥 bank 🏦 factory 🏭 world_map 🗺️ crystal_ball 🔮 game_die 🎲 art 🎨`,
};

const ALIASES = {
  thumbsup: "+1", thumbsdown: "-1", simple_smile: "slightly_smiling_face", satisfied: "laughing", "e-mail": "email", hankey: "poop", telephone: "phone",
  large_circle: "large_blue_circle", green_circle: "large_green_circle", orange_circle: "large_orange_circle", yellow_circle: "large_yellow_circle", thinking: "thinking_face",
  robot: "robot_face", rofl: "rolling_on_the_floor_laughing", mail: "envelope",
  collision: "boom",
};

function parse(group) {
  const words = group.trim().split(/\s+/);
  return words.flatMap((word, index) => (index % 2 ? [] : [{ name: word, char: words[index + 1] }]));
}

export const EMOJI_GROUPS = Object.entries(GROUPS).map(([title, group]) => ({ title, emoji: parse(group) }));

const BY_NAME = new Map(EMOJI_GROUPS.flatMap((group) => group.emoji.map(({ name, char }) => [name, char])));

// The picture of an emoji's name, or undefined for names the page does not know.
export function emojiChar(name) {
  const plain = name.split("::")[0];
  return BY_NAME.get(plain) || BY_NAME.get(ALIASES[plain]);
}

const bare = (char) => char.replace(/\uFE0F/g, "");

const BY_CHAR = new Map([...BY_NAME].map(([name, char]) => [bare(char), name]).reverse());

export const emojiName = (char) => BY_CHAR.get(bare(char));

export function searchEmoji(query, limit = 60) {
  const wanted = query.replace(/:/g, "").toLowerCase();
  return [...BY_NAME].filter(([name]) => name.includes(wanted)).slice(0, limit).map(([name, char]) => ({ name, char }));
}
